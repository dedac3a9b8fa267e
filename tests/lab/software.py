# SPDX-License-Identifier: GPL-2.0-or-later
"""The programs of places/: gateways and the servers behind them. Each function starts one in a namespace and waits until it listens."""
import os
import subprocess

import proxies
from world import LabError

NGINX = """daemon off; master_process off; pid %(d)s/%(name)s.pid; error_log %(d)s/%(name)s.log info; %(user)s events {}
%(main)s
http { access_log %(d)s/%(name)s_access.log; client_body_temp_path %(d)s/%(name)s-b; proxy_temp_path %(d)s/%(name)s-p; fastcgi_temp_path %(d)s/%(name)s-f; uwsgi_temp_path %(d)s/%(name)s-u;
 scgi_temp_path %(d)s/%(name)s-s; proxy_connect_timeout 2s; proxy_read_timeout 2s; fastcgi_connect_timeout 2s; fastcgi_read_timeout 2s; uwsgi_connect_timeout 2s; uwsgi_read_timeout 2s;
 scgi_connect_timeout 2s; scgi_read_timeout 2s; grpc_connect_timeout 2s; grpc_read_timeout 2s; proxy_http_version 1.1; proxy_set_header Host $host; proxy_set_header Connection "";
%(http)s
}
"""


def start(w, n, cmd, port, log, seconds=20, env=None):
    """Run a command in a namespace, its words in log, until something listens on port there"""
    path = os.path.join(w.tmp, log)
    with open(path, "a") as out:
        p = w.spawn(n, cmd, stdout=out, stderr=out, **({"env": dict(os.environ, **env)} if env else {}))
    if port:
        try:
            w.listens(n, port, seconds)
        except LabError:
            with open(path) as f:
                raise LabError("%s: %s" % (cmd[0], f.read()[-400:]))
    return p


def nginx(w, http, n="G", name="nginx", port=None, main="", user="user root;"):
    conf = proxies.write(w, name + ".conf", NGINX % {"d": w.tmp, "name": name, "http": http, "main": main, "user": user})
    return start(w, n, [proxies.need("nginx"), "-c", conf, "-p", w.tmp, "-e", os.path.join(w.tmp, name + ".log")], port or w.port, name + ".log")


def haproxy(w, text, n="G", name="haproxy", port=None):
    conf = proxies.write(w, name + ".cfg", """global
 log stdout format raw local0
 maxconn 200
defaults
 mode http
 log global
 option httplog
 timeout connect 2s
 timeout server 2s
 timeout client 20s
 retries 0
""" + text)
    return start(w, n, [proxies.need("haproxy"), "-db", "-f", conf], port or w.port, name + ".log")


def apache(w, text, modules="", n="G", name="apache", port=None, listen=None):
    mods = "/usr/lib/apache2/modules/"
    port = port or w.port
    conf = proxies.write(w, name + ".conf", "ServerName gw.test\nListen %s\nPidFile %s/%s.pid\nErrorLog %s/%s.log\nLogLevel info\nMutex file:%s default\nTimeout 2\nDefaultRuntimeDir %s\n" %
                         (listen or port, w.tmp, name, w.tmp, name, w.tmp, w.tmp) +
                         "".join("LoadModule %s_module %smod_%s.so\n" % (m, mods, m) for m in ("mpm_event authz_core proxy " + modules).split()) +
                         "ServerLimit 1\nStartServers 1\nThreadsPerChild 25\nMaxRequestWorkers 25\nUser www-data\nGroup www-data\nCustomLog %s/%s_access.log \"%%h \\\"%%r\\\" %%>s %%b\"\n" % (w.tmp, name) + text)
    return start(w, n, [proxies.need("apache2"), "-D", "FOREGROUND", "-f", conf], port, name + ".log")


def varnish(w, vcl, n="G", port=None, name="varnish"):
    path = proxies.write(w, name + ".vcl", vcl)
    work = os.path.join(w.tmp, name)
    p = start(w, n, [proxies.need("varnishd"), "-F", "-n", work, "-f", path, "-a", ":%d" % (port or w.port), "-s", "malloc,16m", "-p", "vcc_allow_inline_c=off", "-T", "none", "-j", "none"],
              port or w.port, name + ".out", 40)
    start(w, n, [proxies.need("varnishncsa"), "-n", work, "-b", "-F", '%r %s %{VSL:FetchError}x', "-w", os.path.join(w.tmp, name + ".log")], None, name + ".out")
    return p


def caddy(w, text, n="G", port=None, name="caddy", env=None):
    conf = proxies.write(w, name + ".caddy", "{\n admin off\n auto_https off\n log {\n  output file %s/%s.log\n  level DEBUG\n }\n}\n%s" % (w.tmp, name, text))
    return start(w, n, [proxies.need("caddy"), "run", "--config", conf, "--adapter", "caddyfile"], port or w.port, name + ".out", env=dict({"HOME": w.tmp, "XDG_DATA_HOME": w.tmp, "XDG_CONFIG_HOME": w.tmp}, **(env or {})))


def lighttpd(w, text, modules="mod_proxy", n="G", port=None, name="lighttpd"):
    conf = proxies.write(w, name + ".conf", 'server.port = %d\nserver.document-root = "%s"\nserver.errorlog = "%s/%s.log"\nserver.modules = (%s)\n%s' %
                         (port or w.port, w.tmp, w.tmp, name, ", ".join('"%s"' % m for m in modules.split()), text))
    return start(w, n, [proxies.need("lighttpd"), "-D", "-f", conf], port or w.port, name + ".out")


def squid(w, text, n="G", name="squid"):
    conf = proxies.write(w, name + ".conf", """http_access allow all
dns_timeout 3 seconds
connect_timeout 2 seconds
read_timeout 3 seconds
forward_timeout 6 seconds
cache deny all
logformat lab %%>a %%Ss/%%03>Hs %%err_code/%%err_detail %%rm %%ru %%Sh/%%<a
pid_filename %(d)s/%(name)s.pid
cache_log %(d)s/%(name)s_cache.log
access_log stdio:%(d)s/%(name)s.log lab
shutdown_lifetime 0 seconds
coredump_dir %(d)s
visible_hostname gw.test
pinger_enable off
netdb_filename none
""" % {"d": w.tmp, "name": name} + text)
    return start(w, n, [proxies.need("squid"), "-N", "-f", conf], w.port, name + ".out", 30)


def origin(w, n, listen, name="origin"):
    """inside/origin.py in any namespace"""
    w.python(n, "origin", {"listen": listen, "tmp": w.tmp})


def php(w, n="G", listen="127.0.0.1:9000", more="", children=4, name="php"):
    """php-fpm; app.php does what ?do= says"""
    proxies.write(w, "app.php", """<?php
$do = $_GET['do'] ?? 'ok';
if ($do == 'kill') posix_kill(getmypid(), 9);
if ($do == 'part') { echo str_repeat('x', 20000); flush(); posix_kill(getmypid(), 9); }
if ($do == '502') { http_response_code(502); echo 'the application says so'; exit; }
if ($do == 'big') { header('X-Big: ' . str_repeat('a', 9000)); }
if ($do == 'slow') sleep(4);
if ($do == 'limit') sleep(8);
if ($do == 'fatal') { error_log('about to fail'); undefined_function(); }
echo 'ok';
""")
    conf = proxies.write(w, name + ".conf", """[global]
error_log = %(d)s/%(name)s.log
daemonize = no
[www]
user = root
group = root
listen = %(listen)s
pm = static
pm.max_children = %(children)d
catch_workers_output = yes
%(more)s
""" % {"d": w.tmp, "name": name, "listen": listen, "children": children, "more": more})
    return start(w, n, [proxies.need("php-fpm8.2"), "-F", "-R", "-y", conf], int(listen.rpartition(":")[2]), name + ".out")


APP = """import os, signal, time, socket
def application(env, start):
    do = dict(x.partition('=')[::2] for x in env.get('QUERY_STRING', '').split('&')).get('do', 'ok')
    if do == 'kill':
        os.kill(os.getpid(), signal.SIGKILL)
    if do == 'slow':
        time.sleep(4)
    if do == 'limit':
        time.sleep(30)
    if do == '502':
        start('502 Bad Gateway', [('Content-Type', 'text/plain'), ('Content-Length', '23')])
        return [b'the application says so']
    if do == 'big':
        start('200 OK', [('Content-Type', 'text/plain'), ('X-Big', 'a' * 9000)])
        return [b'ok']
    start('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', '2')])
    return [b'ok']
"""


def uwsgi(w, n="G", listen="127.0.0.1:3031", how="uwsgi-socket", more=(), name="uwsgi"):
    """uWSGI with the application above, by its own protocol, SCGI ("scgi-socket") or FastCGI ("fastcgi-socket")"""
    app = proxies.write(w, "app.py", APP)
    return start(w, n, [proxies.need("uwsgi"), "--plugin", "python3", "--%s" % how, listen, "--wsgi-file", app, "--master", "--processes", "2", "--buffer-size", "32768", *more],
                 int(listen.rpartition(":")[2]), name + ".log", 30)


def gunicorn(w, n="G", listen="127.0.0.1:8000", more=(), name="gunicorn"):
    proxies.write(w, "wsgiapp.py", APP)
    return start(w, n, [proxies.need("gunicorn"), "-b", listen, "-w", "2", "--chdir", w.tmp, *more, "wsgiapp:application"], int(listen.rpartition(":")[2]), name + ".log", 30)


def need_java(w):
    if not os.path.isdir("/usr/share/tomcat10"):
        raise LabError("SKIP: tomcat10 is not installed")
    return subprocess.run(["sh", "-c", "command -v java"], capture_output=True, text=True, check=True).stdout.strip()
