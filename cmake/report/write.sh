# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2034
# Prints and writes what read.sh read; diagnose.sh sources this.
#
# $scratch/out holds several tables at once. Their lines are told apart by how they begin, which no
# text of a capture can imitate, since tables hold no line ends and no tabs of it: JSON with "{",
# comments with a number and a tab, CSV with a number and a comma or with "case,", ports without keys with "encrypted" and a tab; the
# rest is the table.

# What the table's row stands for: the frames, and who sent what to whom
print_case() {
    filter=$(sed -n "s/^{.*\"case\":$case,\"cause\":.*,\"filter\":\"\(frame.number in {[0-9, ]*}\)\".*/\1/p" "$scratch/cases")
    [ "$filter" ] || return
    tshark_with_module -n -r "$capture" -o "mwg502.status_codes:$status_codes" ${ports:+-o "mwg502.ports:$ports"} \
        ${keys:+-o "tls.keylog_file:$keys"} -Y "$filter" -z "flow,any,standard,$filter" 2>/dev/null |
        sed 's/^|Time /\n&/; s/ *$//'
}

# print_capture NAME: as $format asks for
print_capture() {
    case $format in
    json) [ ! -s "$scratch/cases" ] || tail -n "$(tail -n 1 "$scratch/captures" | cut -f 1)" "$scratch/cases" ;;
    csv)
        text=$1 first=$first awk 'BEGIN {
            name = ENVIRON["text"]
            gsub(/[[:cntrl:]]/, "?", name)
            if (name ~ /^[=+@-]/)
                name = "\047" name
            gsub(/"/, "\"\"", name)
            if (name ~ /[",\047]/)
                name = "\"" name "\""
        }
        /^case,/ { if (ENVIRON["first"] != "") print "capture," $0 }
        /^[0-9]+,/ { print name "," $0 }' "$scratch/out"
        first=''
        ;;
    table)
        sed -e '/^{/d' -e '/^[0-9]*\t/d' -e '/^encrypted\t/d' "$scratch/out" >"$scratch/table"
        total=$(sed -n '$p' "$scratch/table")
        [ "$(wc -l <"$scratch/table")" -gt 1 ] || : >"$scratch/table"
        case $case$total in
        0\ cases | '') total="no response with status $status_codes" ;;
        [1-9]*0\ cases) total="no case $case" ;;
        [1-9]*1\ case*) [ ! "$case" ] || total="case $case" ;;
        esac
        printf '%s: %s\n' "$1" "$total"
        [ ! -s "$scratch/table" ] || { echo; sed '$d' "$scratch/table"; }
        [ ! "$case" ] || print_case
        ;;
    esac
}

# The whole of several captures, or of what was only written
print_total() {
    [ "$format" = none ] || [ "$of" -gt 1 ] || return 0
    sed -n 's/^.*"case":[0-9]*,"cause":"\([a-z0-9_]*\)","category":.*/\1/p' "$scratch/cases" | sort | uniq -c | sort -rn |
        awk -v captures="$(wc -l <"$scratch/captures")" '{ n += $1; text = text (text == "" ? ": " : ", ") $2 " " $1 }
            END { print n + 0 " case" (n == 1 ? "" : "s") " in " captures " capture" (captures == 1 ? "" : "s") text }'
}

# The report: its page with the cases in it, as JSON that no text of a capture can leave
write_report() {
    sed '/^@CASES@$/,$d' "$top/cmake/report/page.html"
    printf '{"made":"%s","status":"%s","captures":[' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$status_codes"
    awk -F '\t' '{ printf "%s{\"name\":\"%s\",\"cases\":%d,\"encrypted\":[%s]}", NR == 1 ? "" : ",", $2, $1, $3 }' "$scratch/captures" | sed 's/</\\u003c/g'
    printf '],\n"cases":[\n'
    sed 's/</\\u003c/g; $!s/$/,/' "$scratch/cases"
    printf ']}\n'
    sed '1,/^@CASES@$/d' "$top/cmake/report/page.html"
}

# annotate CAPTURE OUT: a copy with a comment on each frame of a case. editcap takes comments as
# arguments, of which a command holds some; so it may take several readings.
annotate() {
    sed -n '/^[0-9]*\t/p' "$scratch/out" | awk -F '\t' '
        length(text[$1]) < 60000 { text[$1] = text[$1] (text[$1] == "" ? "" : "\n") $2 }
        END { for (frame in text) printf "-a%s:%s%c", frame, text[frame], 0 }' >"$scratch/comments"
    cp "$1" "$scratch/annotated.0" 2>/dev/null || complain "$1" 'cannot be copied' || return
    if [ -s "$scratch/comments" ]; then
        # shellcheck disable=SC2016 # the inner shell expands them
        xargs -0 -s 800000 sh -c 'editcap -F pcapng "$@" "$0.0" "$0.1" && mv "$0.1" "$0.0"' "$scratch/annotated" \
            <"$scratch/comments" >"$scratch/log" 2>&1
    else
        editcap -F pcapng "$scratch/annotated.0" "$scratch/annotated.1" >"$scratch/log" 2>&1 && mv "$scratch/annotated.1" "$scratch/annotated.0"
    fi || complain "$2" "$(sed -n 1p "$scratch/log")" || return
    cp "$scratch/annotated.0" "$2" || die "cannot write $2"
}
