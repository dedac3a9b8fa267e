# SPDX-License-Identifier: GPL-2.0-or-later
"""Real proxies on the gateway: each function starts one in a World, listening on the world's port."""
import os
import shutil
import subprocess

from world import DNS, GW, LabError


def need(program):
    path = shutil.which(program, path="/usr/sbin:/usr/bin:/usr/local/bin")
    if not path:
        raise LabError("SKIP: %s is not installed" % program)
    return path


def write(w, name, text):
    path = os.path.join(w.tmp, name)
    with open(path, "w") as f:
        f.write(text)
    return path


def launch(w, cmd, seconds=15):
    with open(os.path.join(w.tmp, "proxy.out"), "w") as out:
        w.spawn("G", cmd, stdout=out, stderr=out)
    try:
        w.listens("G", w.port, seconds)
    except LabError:
        with open(os.path.join(w.tmp, "proxy.out")) as f:
            raise LabError("%s: %s" % (cmd[0], f.read()[-300:]))


def nginx(w):
    os.chmod(w.tmp, 0o755)
    conf = write(w, "nginx.conf", """daemon off; master_process off; pid %(d)s/nginx.pid; error_log %(d)s/nginx.log; events {}
http { access_log off; resolver %(dns)s valid=1s; resolver_timeout 3s; proxy_connect_timeout 2s; proxy_read_timeout 2s; client_body_temp_path %(d)s/b; proxy_temp_path %(d)s/p;
 fastcgi_temp_path %(d)s/f; uwsgi_temp_path %(d)s/u; scgi_temp_path %(d)s/s;
 server { listen %(gw)s:%(port)d; location / { proxy_http_version 1.1; proxy_pass http://$http_host$request_uri; } } }
""" % {"d": w.tmp, "dns": DNS, "gw": GW, "port": w.port})
    launch(w, [need("nginx"), "-c", conf, "-p", w.tmp])


def haproxy(w):
    conf = write(w, "haproxy.cfg", """defaults
 mode http
 timeout connect 2s
 timeout server 2s
 timeout client 20s
 retries 1
frontend f
 bind %s:%d
 use_backend b1
backend b1
 server s1 198.51.100.52:80
""" % (GW, w.port))
    launch(w, [need("haproxy"), "-db", "-f", conf])


def apache(w):
    mods = "/usr/lib/apache2/modules/"
    conf = write(w, "httpd.conf", "ServerName gw.test\nListen %s:%d\nPidFile %s/httpd.pid\nErrorLog %s/httpd.log\nMutex file:%s default\nTimeout 3\n" % (GW, w.port, w.tmp, w.tmp, w.tmp) +
                 "".join("LoadModule %s_module %smod_%s.so\n" % (m, mods, m) for m in ("mpm_event", "authz_core", "proxy", "proxy_http", "proxy_connect")) +
                 "User www-data\nGroup www-data\nProxyRequests On\nProxyVia On\n<Proxy *>\n Require all granted\n</Proxy>\n")
    launch(w, [need("apache2"), "-D", "FOREGROUND", "-f", conf])


def mitmproxy(w):
    launch(w, [need("mitmdump"), "--listen-host", GW, "-p", str(w.port), "--set", "confdir=" + w.tmp, "--set", "connection_strategy=lazy", "-q"], 30)


def tinyproxy(w):
    conf = write(w, "tinyproxy.conf", "User root\nGroup root\nPort %d\nListen %s\nTimeout 3\nMaxClients 50\nLogFile \"%s/t.log\"\nPidFile \"%s/t.pid\"\n" % (w.port, GW, w.tmp, w.tmp))
    launch(w, [need("tinyproxy"), "-d", "-c", conf])


def privoxy(w):
    conf = write(w, "privoxy.conf", "confdir /etc/privoxy\nlogdir %s\nlisten-address %s:%d\nsocket-timeout 3\n" % (w.tmp, GW, w.port))
    launch(w, [need("privoxy"), "--no-daemon", conf])


def squid(w):
    os.chmod(w.tmp, 0o777)
    conf = write(w, "squid.conf", """http_port %(gw)s:%(port)d
http_access allow all
dns_nameservers %(dns)s
dns_timeout 3 seconds
connect_timeout 2 seconds
read_timeout 3 seconds
forward_timeout 4 seconds
cache deny all
pid_filename %(d)s/squid.pid
cache_log %(d)s/cache.log
access_log none
shutdown_lifetime 0 seconds
coredump_dir %(d)s
visible_hostname gw.test
pinger_enable off
""" % {"gw": GW, "port": w.port, "dns": DNS, "d": w.tmp})
    launch(w, [need("squid"), "-N", "-f", conf], 30)


def ats(w):
    need("traffic_server")
    root = os.path.join(w.tmp, "ats")
    for d in ("etc", "run", "log", "cache"):
        os.makedirs(os.path.join(root, d))
    subprocess.run("cp -r /etc/trafficserver/* %s/etc/" % root, shell=True, check=True)
    for f, text in (("remap.config", ""), ("storage.config", "%s/cache 16M\n" % root), ("plugin.config", ""), ("records.config", """CONFIG proxy.config.http.server_ports STRING %d:ip-in=%s
CONFIG proxy.config.url_remap.remap_required INT 0
CONFIG proxy.config.reverse_proxy.enabled INT 0
CONFIG proxy.config.http.cache.http INT 0
CONFIG proxy.config.dns.nameservers STRING %s
CONFIG proxy.config.dns.resolv_conf STRING NULL
CONFIG proxy.config.hostdb.lookup_timeout INT 3
CONFIG proxy.config.http.connect_attempts_timeout INT 2
CONFIG proxy.config.http.transaction_no_activity_timeout_out INT 3
CONFIG proxy.config.diags.debug.enabled INT 0
CONFIG proxy.config.admin.user_id STRING nobody
CONFIG proxy.config.exec_thread.autoconfig INT 0
CONFIG proxy.config.exec_thread.limit INT 2
""" % (w.port, GW, DNS))):
        with open(os.path.join(root, "etc", f), "w") as out:
            out.write(text)
    subprocess.run(["chown", "-R", "nobody", root], check=True)
    runroot = write(w, "runroot.yaml", "prefix: %s\nexec_prefix: /usr\nbindir: /usr/bin\nsbindir: /usr/bin\nsysconfdir: %s/etc\ndatadir: %s/cache\nincludedir: /usr/include\nlibdir: /usr/lib\n"
                    "libexecdir: /usr/lib/trafficserver/modules\nlocalstatedir: %s/run\nruntimedir: %s/run\nlogdir: %s/log\ncachedir: %s/cache\n" % ((root,) * 7))
    launch(w, [need("traffic_server"), "--run-root=" + runroot], 30)
