-- SPDX-License-Identifier: GPL-2.0-or-later
-- A table for the cases that `diagnose.sh --csv` prints; the columns are those of the CSV, in its order.
CREATE TABLE IF NOT EXISTS mwg502 (
    capture       text NOT NULL,
    case_number   integer NOT NULL,
    frame         bigint NOT NULL,
    time          timestamptz,
    status        smallint NOT NULL,
    client        inet,
    client_port   integer,
    method        text,
    host          text,
    url           text,
    cause         text NOT NULL,
    category      text NOT NULL,
    confidence    text NOT NULL,
    server        inet,
    server_port   integer,
    wait          double precision,
    attempts      integer NOT NULL,
    request_frame bigint,
    evidence      text,
    rfc9209       text,
    reported      text,
    agreement     text,
    product       text,
    stall         text,
    idle          double precision,
    sender        text,
    why           text,
    summary       text NOT NULL,
    advice        text NOT NULL,
    filter        text NOT NULL,
    export_filter text NOT NULL,
    PRIMARY KEY (capture, case_number)
);
CREATE INDEX IF NOT EXISTS mwg502_time ON mwg502 (time);
CREATE INDEX IF NOT EXISTS mwg502_cause ON mwg502 (cause, server);
