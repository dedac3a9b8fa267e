# SPDX-License-Identifier: GPL-2.0-or-later
"""A tshark that starts faster: without the tables of names that nothing here prints."""

import pathlib
import shutil

# Of vendors, services and addresses. Nothing here prints them (-n), and up to 4.0 a third of the CPU time of each start goes into reading them.
NAME_TABLES = ("manuf", "enterprises.tsv", "services", "wka")


def without_name_tables(folder):
    """Wireshark's data folder without them, as environment variables; none where it has none, or stands elsewhere."""
    data = pathlib.Path(shutil.which("tshark")).resolve().parent.parent / "share" / "wireshark"
    if not (data / NAME_TABLES[0]).exists():
        return {}
    folder.mkdir()
    for path in data.iterdir():
        if path.name not in NAME_TABLES:
            (folder / path.name).symlink_to(path)
    return {"WIRESHARK_DATA_DIR": str(folder)}
