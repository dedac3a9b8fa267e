# SPDX-License-Identifier: GPL-2.0-or-later
# Cases of merged files, told in the numbers of each file. Input: a line for each file ("own" or "before",
# packets, name, separated by tabs); $cases: what -z mwg502,json said of them together.

[split("\n")[] | select(. != "") | split("\t") | {own: (.[0] == "own"), packets: (.[1] | tonumber), name: .[2]}]
| reduce .[] as $file ({files: [], at: 0}; .files += [$file + {from: .at}] | .at += $file.packets)
| .files as $files

# Where frame N of the merged file came from
| def place: . as $n | $files | map(select(.from < $n)) | last | {file: .name, frame: ($n - .from), own: .own};
  def placed($key): if .[$key] then .[$key] as $n | ($n | place) as $to | .[$key] = $to.frame | .file = $to.file else . end;
  # {"one.pcap": "frame.number in {3, 4}", ...}
  def filters: group_by(.file) | map({key: .[0].file, value: "frame.number in {\(map(.frame) | unique | map(tostring) | join(", "))}"}) | from_entries;

  $cases[]
| (.frame | place) as $response
| select($response.own)
| .capture = $response.file
| .frame = $response.frame
| .request |= (if . then placed("frame") else . end)
| .evidence |= map(placed("frame"))
| .response |= placed("frame")
| .attempt |= map(placed("frame"))
| .lookup |= map(placed("query_frame") | placed("response_frame"))
| ([.request, .evidence[], .response] | map(select(.)) | filters) as $filters
| .filters = $filters
| .filter = $filters[$response.file]
| del(.range, .export_filter, .relative)
| if ($filters | length) > 1 then del(.request_frame, .evidence_frame)
  else (if .request then .request_frame = .request.frame else . end) | .evidence_frame = [.evidence[].frame] end
