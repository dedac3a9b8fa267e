# SPDX-License-Identifier: GPL-2.0-or-later
# Prints the verdicts in tshark's PDML: capture=NAME awk -v format=FORMAT -f table.awk
# PDML has one field a line, and a <proto name="mwg502"> for each 502.
#
# format  table (default), json, csv, or header: the CSV's first line alone
# only    the number of a case: no other is printed
# counts  a file: how many 502s, and how many of them unexplained
# filter  a file: the display filter of the last one printed

function attribute(name,    text) {
    if (!match($0, " " name "=\"[^\"]*\""))
        return ""
    text = substr($0, RSTART, RLENGTH)
    sub(/^[^"]*"/, "", text)
    sub(/"$/, "", text)
    gsub(/&lt;/, "<", text)
    gsub(/&gt;/, ">", text)
    gsub(/&quot;/, "\"", text)
    gsub(/&apos;|&#39;|&#x27;/, "'", text)
    gsub(/&amp;/, "\\&", text)
    gsub(/[[:cntrl:]]/, "?", text)
    return text
}

# "14,15,16,20" as "14-16,20"
function ranges(list,    numbers, count, i, first, text) {
    count = split(list, numbers, ",")
    for (i = 1; i <= count; i++) {
        first = numbers[i]
        while (i < count && numbers[i + 1] == numbers[i] + 1)
            i++
        text = text (text == "" ? "" : ",") first (numbers[i] == first ? "" : "-" numbers[i])
    }
    return text
}

function address(ip, ipv6) {
    return ip != "" ? ip : ipv6 != "" ? "[" ipv6 "]" : ""
}

function cell(column, text) {
    if (text == "")
        text = "-"
    cells[rows, column] = text
    if (length(text) > width[column])
        width[column] = length(text)
}

# The text in lines of at most 96 characters below a row
function wrapped(text,    words, count, i, line) {
    count = split(text, words, " ")
    line = "      "
    for (i = 1; i <= count; i++) {
        if (length(line) + length(words[i]) > 95) {
            print line
            line = "      "
        }
        line = line " " words[i]
    }
    print line
}

function quoted(text) {
    gsub(/"/, "\"\"", text)
    return text ~ /[",]/ ? "\"" text "\"" : text
}

function member(name, text, bare) {
    if (text == "")
        return
    if (!bare) {
        gsub(/["\\]/, "\\\\&", text)
        text = "\"" text "\""
    }
    object = object (object == "" ? "" : ", ") "\"" name "\": " text
}

# "189.000200000" as "189.0002": later versions of jq print a number as it came
function decimal(text) {
    if (text ~ /\./)
        sub(/\.?0+$/, "", text)
    return text
}

function json(client, server) {
    object = ""
    member("capture", ENVIRON["capture"])
    member("case", value["case"], 1)
    member("frame", frame, 1)
    member("time", decimal(epoch), 1)
    member("client", client)
    member("method", value["method"])
    member("host", value["host"])
    member("url", value["url"])
    member("cause", value["cause"])
    member("category", value["category"])
    member("server", server)
    member("wait", decimal(value["time"]), 1)
    member("evidence", "[" value["evidence_frame"] "]", 1)
    member("confidence", value["confidence"])
    member("reported", value["reported"])
    member("agreement", value["agreement"])
    member("summary", value["summary"])
    member("advice", value["advice"])
    member("filter", value["filter"])
    print "{" object "}"
}

function csv(client, server,    line, i, n, part) {
    n = split("case method host cause category server wait evidence confidence url summary advice", part, " ")
    value["server"] = server
    value["wait"] = value["time"]
    value["evidence"] = ranges(value["evidence_frame"])
    line = quoted(ENVIRON["capture"]) "," value["case"] "," frame "," epoch "," quoted(client)
    for (i = 2; i <= n; i++)
        line = line "," quoted(value[part[i]])
    print line
}

function row(    server, client) {
    if (only != "" && value["case"] != only)
        return
    rows++
    if (value["cause"] == "unknown")
        unexplained++
    if (filter != "")
        print value["filter"] > filter
    server = address(value["server.ip"], value["server.ipv6"])
    server = server value["server.port"] != "" ? server ":" value["server.port"] : ""
    client = address(value["client.ip"], value["client.ipv6"]) (value["client.port"] != "" ? ":" value["client.port"] : "")
    if (format == "json" || format == "csv") {
        if (format == "json")
            json(client, server)
        else
            csv(client, server)
        return
    }
    cell(1, frame)
    cell(2, sprintf("%.6f", time))
    cell(3, client)
    cell(4, value["url"])
    cell(5, value["cause"])
    cell(6, server)
    cell(7, ranges(value["evidence_frame"]))
    summary[rows] = value["summary"]
    advice[rows] = value["advice"]
}

BEGIN {
    if (format == "header") {
        print "capture,case,frame,time,client,method,host,cause,category,server,wait,evidence,confidence,url,summary,advice"
        exit
    }
    rows = unexplained = 0
    columns = split("Frame|Time|Client|URL|Cause|Server|Evidence frames", title, "|")
    for (i = 1; i <= columns; i++)
        cell(i, title[i])
}

/<field name="frame\.number"/ { frame = attribute("show") }
/<field name="frame\.time_epoch"/ { epoch = attribute("show") }
/<field name="frame\.time_relative"/ { time = attribute("show") }
/<proto name="mwg502"/ { split("", value); inside = 1 }
/<field name="mwg502\./ && inside {
    name = substr(attribute("name"), length("mwg502.") + 1)
    value[name] = value[name] (name in value && value[name] != "" ? "," : "") attribute("show")
}
/<\/proto>/ {
    if (inside && "cause" in value)
        row()
    inside = 0
}

END {
    if (counts != "")
        print rows, unexplained > counts
    if (format != "" && format != "table")
        exit
    if (only != "") {
        if (rows == 0)
            print ENVIRON["capture"] ": no case " only
        else
            print ENVIRON["capture"] ": case " only
    } else
        print ENVIRON["capture"] ": " (rows == 0 ? "no" : rows) (rows == 1 ? " response" : " responses") " with 502"
    if (rows == 0)
        exit
    print ""
    for (r = 0; r <= rows; r++) {
        line = ""
        for (i = 1; i <= columns; i++)
            line = line sprintf(i <= 2 ? "%*s  " : "%-*s  ", width[i], cells[r, i])
        sub(/ +$/, "", line)
        print line
        if (r > 0) {
            wrapped(summary[r])
            wrapped("Advice: " advice[r])
            print ""
        }
    }
}
