# SPDX-License-Identifier: GPL-2.0-or-later
# A table of the cases of several files, for people; as -z mwg502,cases prints it of one file.

def endpoint: if . == null then "-" else (if .ip | contains(":") then "[\(.ip)]" else .ip end) + (if .port then ":\(.port)" else "" end) end;
def short($n): if length > $n then .[:$n - 3] + "..." else . end;
def padded($n): . + (" " * ($n - length) // "");
def wrapped: reduce (split(" ")[]) as $word ([]; if length > 0 and (.[-1] | length) + ($word | length) < 96 then .[-1] += " " + $word else . + [$word] end)
  | map("        " + .) | join("\n");

["Case", "File", "Frame", "Time (UTC)", "Status", "Client", "URL", "Cause", "Server", "Frames in other files"] as $titles
| map({summary, advice, cells: [
      (.case | tostring), (.capture | sub("^.*/"; "") | short(40)), (.frame | tostring), (.time[:23] | sub("T"; " ")), (.status | tostring),
      (.client | endpoint), ((.url // "-") | short(48)), .cause, (.server | endpoint),
      (.capture as $here | [.request, .evidence[]] | map(select(. and .file != $here)) | group_by(.file)
        | map("\(.[0].file | sub("^.*/"; "")): \(map(.frame | tostring) | unique | join(","))") | join("; ") | if . == "" then "-" else . end)]})
| . as $rows
| [range($titles | length) as $i | [$titles[$i], $rows[].cells[$i]] | map(length) | max] as $widths
| def row: [range(length) as $i | .[$i] | padded($widths[$i])] | join("  ") | sub(" +$"; "");
  if $rows == [] then empty
  else ($titles | row), ($rows[] | (.cells | row), (.summary | wrapped), ("Advice: " + .advice | wrapped), "") end
