#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Takes the pictures in docs/images anew, from the real Wireshark under Xvfb:
#   docs/screenshots.sh MODULE [NAME...]
# Needs wireshark, xvfb, openbox, xdotool, imagemagick and chromium (Debian's names). MODULE lies in BUILD/plugin/.
set -eu

captures='
nxdomain         article/nxdomain.pcap
dns_nodata       lab/mwg_nodata.pcap
dns_error        lab/mwg_servfail.pcap
dns_timeout      lab/mwg_dns_silent.pcap
dns_unreachable  lab/mwg_dns_port_closed.pcap
syn_timeout      article/syn_timeout.pcap
rst              article/rst.pcap
icmp             article/icmp.pcap
arp              lab/mwg_arp.pcap
tls              lab/mwg_tls_connect_alert.pcap
invalid_response article/bad_response.pcap
truncated        lab/mwg_h_trunc.pcap
server_closed    lab/mwg_h_empty.pcap
server_reset     lab/mwg_h_rst.pcap
response_timeout article/response_timeout.pcap
relayed          lab/mwg_gen502.pcap
unknown          lab/mid_mwg_syn_drop.pcap
flow-graph       article/rst.pcap
first-window     lab/bg_mwg_mix.pcap
report           lab/bg_mwg_mix.pcap
report-case      lab/mwg_icmp_hostprohib.pcap
'
top=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
module=$1
shift
# shellcheck disable=SC2046 # one word a capture
[ $# -gt 0 ] || set -- $(awk '{ print $1 }' <<<"$captures")

scratch=$(mktemp -d /tmp/mwg502-XXXXXX)
version=$(tshark --version 2>/dev/null | sed -n '1s/[^0-9]*\([0-9]*\.[0-9]*\)\..*/\1/p')
mkdir -p "$scratch/config/profiles" "$scratch/plugins/$version/epan"
cp "$module" "$scratch/plugins/$version/epan/"
cp -r "$top/plugin/profile/MWG 502" "$scratch/config/profiles/"
export DISPLAY=:98
Xvfb "$DISPLAY" -screen 0 1280x860x24 >/dev/null 2>&1 &
server=$!
sleep 1
openbox >/dev/null 2>&1 &
manager=$!
trap 'kill $manager $server; rm -rf "$scratch"' EXIT

unprivileged=
[ "$(id -u)" != 0 ] || unprivileged='setpriv --reuid=65534 --regid=65534 --clear-groups'

# Statistics > Flow Graph, limited to the display filter
flow_graph() {
    xdotool mousemove 325 31 click 1
    sleep 1
    xdotool mousemove 357 481 click 1
    sleep 3
    xdotool mousemove 25 637 click 1
    sleep 3
}

# picture NAME CAPTURE: its packet list limited to the case, and the verdict
picture() {
    cp "$top/tests/captures/$2" "$scratch/"
    chmod -R a+rwX "$scratch"
    $unprivileged env HOME="$scratch" XDG_RUNTIME_DIR="$scratch" TZ=UTC QT_X11_NO_MITSHM=1 \
        WIRESHARK_CONFIG_DIR="$scratch/config" WIRESHARK_PLUGIN_DIR="$scratch/plugins" \
        wireshark -C 'MWG 502' -o gui.update.enabled:FALSE -r "$scratch/${2##*/}" -Y mwg502 >/dev/null 2>&1 &
    wireshark=$!
    # It is called after the capture once that is open.
    window=
    while [ -z "$window" ] && kill -0 "$wireshark"; do
        sleep 1
        window=$(xdotool search --onlyvisible --name "^${2##*/}\$" 2>/dev/null | tail -1)
    done
    sleep "${WAIT:-2}"
    xdotool windowsize "$window" 1280 840 windowmove "$window" 0 0
    sleep 1
    # Back-links are known once the file was read: filter again.
    xdotool key ctrl+slash Return
    sleep 1.5
    # Room for the packet details
    xdotool mousemove 600 430 mousedown 1
    sleep .2
    xdotool mousemove 600 380
    sleep .1
    xdotool mousemove 600 330 mouseup 1
    sleep .5
    # The last packet of the list is the 502; the verdict in its details is open.
    xdotool mousemove 500 143 click 1 key ctrl+End
    sleep 1.5
    [ "$1" != flow-graph ] || flow_graph
    import -window root "$scratch/picture.png"
    kill "$wireshark"
    wait "$wireshark" || true
    crop=1280x860+0+0
    [ "$1" != flow-graph ] || crop=1280x690+0+0
    convert "$scratch/picture.png" -crop "$crop" +repage +dither -colors 24 -strip "png8:$top/docs/images/$1.png"
}

# first_window NAME CAPTURE: as it opens, after All 502 and This case
first_window() {
    cp "$top/tests/captures/$2" "$scratch/"
    chmod -R a+rwX "$scratch"
    $unprivileged env HOME="$scratch" XDG_RUNTIME_DIR="$scratch" TZ=UTC QT_X11_NO_MITSHM=1 \
        WIRESHARK_CONFIG_DIR="$scratch/config" WIRESHARK_PLUGIN_DIR="$scratch/plugins" \
        wireshark -C 'MWG 502' -o gui.update.enabled:FALSE -r "$scratch/${2##*/}" >/dev/null 2>&1 &
    wireshark=$!
    window=
    while [ -z "$window" ] && kill -0 "$wireshark"; do
        sleep 1
        window=$(xdotool search --onlyvisible --name "^${2##*/}\$" 2>/dev/null | tail -1)
    done
    sleep "${WAIT:-2}"
    xdotool windowmove "$window" 0 0
    sleep 1
    xdotool mousemove 400 98 click 1        # All 502
    sleep 1
    xdotool mousemove 200 162 click 1       # the second one
    sleep 1
    xdotool mousemove 472 98 click 1        # This case
    sleep 1.5
    import -window root "$scratch/picture.png"
    kill "$wireshark"
    wait "$wireshark" || true
    convert "$scratch/picture.png" -crop 752x590+0+0 +repage +dither -colors 24 -strip "png8:$top/docs/images/$1.png"
}

# report NAME CAPTURE: diagnose.sh --html in a browser; a report with one case has it open
report() {
    BUILD_DIR=$(dirname "$(dirname "$module")") "$top/diagnose.sh" --html "$scratch/report.html" "$top/tests/captures/$2" >/dev/null
    sed -i "s#$top/##g" "$scratch/report.html"
    size=1100,1000
    [ "$1" != report-case ] || size=1100,1290
    chromium --headless=new --no-sandbox --disable-gpu --disable-background-networking --hide-scrollbars --user-data-dir="$scratch/chromium" \
        --window-size="$size" --screenshot="$scratch/picture.png" "file://$scratch/report.html" >/dev/null 2>&1
    convert "$scratch/picture.png" +dither -colors 48 -strip "png8:$top/docs/images/$1.png"
}

for name; do
    capture=$(awk -v name="$name" '$1 == name { print $2 }' <<<"$captures")
    case $name in
    report*) report "$name" "$capture" ;;
    first-window) first_window "$name" "$capture" ;;
    *) picture "$name" "$capture" ;;
    esac
done
