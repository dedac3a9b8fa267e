# SPDX-License-Identifier: GPL-2.0-or-later
"""Applications behind the gateway by FastCGI, uwsgi, SCGI, AJP and HTTP: php-fpm, uWSGI, gunicorn, Tomcat; each fails as applications do."""
import os

import proxies
import software
from places import Q, each, place

FPM, DOWN = ("127.0.0.1", 9000), ("127.0.0.1", 9099)
PHP = """ location / { fastcgi_param SCRIPT_FILENAME %(d)s/app.php; fastcgi_param QUERY_STRING $query_string; fastcgi_param REQUEST_METHOD $request_method;
 fastcgi_param REQUEST_URI $request_uri; fastcgi_pass %(up)s; }
 location /down { fastcgi_param REQUEST_URI $request_uri; fastcgi_pass 127.0.0.1:9099; }"""


def php_questions(up, **kw):
    return [Q("/?do=ok"), Q("/?do=kill", "ended", up, **kw), Q("/?do=502", "relayed", up, **kw), Q("/?do=fatal", unseen=True), Q("/?do=slow", "response_timeout", up, **kw)]


@place
def fpm_nginx(w):
    """nginx and php-fpm on 127.0.0.1:9000: a worker killed, the script's own 502, a header beyond the buffer, too slow, php-fpm not running."""
    def begin(w):
        software.php(w)
        software.nginx(w, "server { listen 80; %s }" % (PHP % {"d": w.tmp, "up": "127.0.0.1:9000"}))
    w.proxy = begin
    each(w, *php_questions(FPM), Q("/?do=big", "invalid_response", FPM), Q("/down", "rst", DOWN))


@place
def fpm_limit_nginx(w):
    """php-fpm ends its worker (request_terminate_timeout) while nginx waits."""
    def begin(w):
        software.php(w, more="request_terminate_timeout = 1s")
        software.nginx(w, "server { listen 80; fastcgi_read_timeout 20s; %s }" % (PHP % {"d": w.tmp, "up": "127.0.0.1:9000"}))
    w.proxy = begin
    each(w, Q("/?do=ok"), Q("/?do=limit", "ended", FPM))


@place
def fpm_full_nginx(w):
    """One php-fpm worker, and it is busy: the kernel accepts the next request, nobody reads it."""
    def begin(w):
        software.php(w, children=1)
        software.nginx(w, "server { listen 80; %s }" % (PHP % {"d": w.tmp, "up": "127.0.0.1:9000"}))
    w.proxy = begin
    w.ask({"requests": [Q("/?do=limit", "response_timeout", FPM)]}, {"delay": 0.3, "requests": [Q("/?do=ok", "response_timeout", FPM)]})


@place
def fpm_ka_nginx(w):
    """nginx keeps its FastCGI connections (fastcgi_keep_conn): several requests with ids on one connection, the last worker is killed."""
    def begin(w):
        software.php(w, children=1)
        software.nginx(w, "upstream fpm { server 127.0.0.1:9000; keepalive 4; } server { listen 80; fastcgi_keep_conn on; %s }" % (PHP % {"d": w.tmp, "up": "fpm"}))
    w.proxy = begin
    each(w, Q("/?do=ok"), Q("/?do=502", "relayed", FPM), Q("/?do=ok"), Q("/?do=kill", "ended", FPM))


@place
def fpm_apache(w):
    """Apache (mod_proxy_fcgi) and php-fpm; Apache says 503 where the worker ends without an answer."""
    def begin(w):
        software.php(w)
        software.apache(w, 'DocumentRoot %s\n<Directory %s>\nRequire all granted\n</Directory>\nProxyTimeout 2\nProxyPass /down fcgi://127.0.0.1:9099/\nProxyPass / fcgi://127.0.0.1:9000%s/app.php/\n' %
                        (w.tmp, w.tmp, w.tmp), "proxy_fcgi")
    w.proxy = begin
    each(w, *php_questions(FPM), Q("/down/", "rst", DOWN))


@place
def fpm_remote_nginx(w):
    """php-fpm on another host, over the network."""
    up = ("198.51.100.60", 9000)
    w.setup.append(("S", "ip addr add 198.51.100.60/24 dev eth0"))

    def begin(w):
        software.php(w, "S", "198.51.100.60:9000")
        software.nginx(w, "server { listen 80; %s }" % (PHP % {"d": w.tmp, "up": "198.51.100.60:9000"}))
    w.proxy = begin
    each(w, *php_questions(up))


# --- uWSGI: uwsgi and SCGI -------------------------------------------------------------------------------------------------
def app_questions(up, **kw):
    return [Q("/?do=ok"), Q("/?do=kill", "ended", up, **kw), Q("/?do=502", "relayed", up, **kw), Q("/?do=big", "invalid_response", up, **kw),
            Q("/?do=slow", "response_timeout", up, **kw)]


UWSGI = """ location / { uwsgi_param REQUEST_METHOD $request_method; uwsgi_param REQUEST_URI $request_uri; uwsgi_param QUERY_STRING $query_string; uwsgi_param PATH_INFO $document_uri;
 uwsgi_param SERVER_PROTOCOL $server_protocol; uwsgi_param SERVER_NAME $server_name; uwsgi_param SERVER_PORT $server_port; uwsgi_pass %s; }
 location /down { uwsgi_param REQUEST_URI $request_uri; uwsgi_pass 127.0.0.1:9099; }"""


@place
def uwsgi_nginx(w):
    """nginx and uWSGI (Python) by the uwsgi protocol."""
    up = ("127.0.0.1", 3031)

    def begin(w):
        software.uwsgi(w)
        software.nginx(w, "server { listen 80; %s }" % (UWSGI % "127.0.0.1:3031"))
    w.proxy = begin
    each(w, *app_questions(up), Q("/down", "rst", DOWN))


@place
def uwsgi_harakiri_nginx(w):
    """uWSGI ends its worker (harakiri) while nginx waits."""
    def begin(w):
        software.uwsgi(w, more=("--harakiri", "1"))
        software.nginx(w, "server { listen 80; uwsgi_read_timeout 20s; %s }" % (UWSGI % "127.0.0.1:3031"))
    w.proxy = begin
    each(w, Q("/?do=ok"), Q("/?do=limit", "ended", ("127.0.0.1", 3031)))


@place
def scgi_nginx(w):
    """nginx and uWSGI by SCGI."""
    def begin(w):
        software.uwsgi(w, listen="127.0.0.1:4000", how="scgi-socket")
        software.nginx(w, """server { listen 80; location / { scgi_param REQUEST_METHOD $request_method; scgi_param REQUEST_URI $request_uri; scgi_param QUERY_STRING $query_string;
 scgi_param PATH_INFO $document_uri; scgi_param SERVER_PROTOCOL $server_protocol; scgi_param SERVER_NAME $server_name; scgi_param SERVER_PORT $server_port; scgi_param SCGI 1; scgi_pass 127.0.0.1:4000; }
 location /down { scgi_param REQUEST_URI $request_uri; scgi_pass 127.0.0.1:9099; } }""")
    w.proxy = begin
    each(w, *app_questions(("127.0.0.1", 4000)), Q("/down", "rst", DOWN))


@place
def scgi_apache(w):
    """Apache (mod_proxy_scgi) and uWSGI by SCGI."""
    def begin(w):
        software.uwsgi(w, listen="127.0.0.1:4000", how="scgi-socket")
        software.apache(w, "ProxyTimeout 2\nProxyPass /down scgi://127.0.0.1:9099/\nProxyPass / scgi://127.0.0.1:4000/\n", "proxy_scgi")
    w.proxy = begin
    each(w, Q("/?do=ok"), Q("/?do=kill", "ended", ("127.0.0.1", 4000), unseen=True), Q("/?do=502", "relayed", ("127.0.0.1", 4000)), Q("/?do=slow", "response_timeout", ("127.0.0.1", 4000)),
         Q("/down/", "rst", DOWN))


@place
def uwsgi_apache(w):
    """Apache (mod_proxy_uwsgi) and uWSGI."""
    up = ("127.0.0.1", 3032)           # Apache loses the port where it is the protocol's own, 3031

    def begin(w):
        software.uwsgi(w, listen="127.0.0.1:3032")
        software.apache(w, "ProxyTimeout 2\nProxyPass /down uwsgi://127.0.0.1:9099/\nProxyPass / uwsgi://127.0.0.1:3032/\n", "proxy_uwsgi")
    w.proxy = begin
    each(w, Q("/?do=ok"), Q("/?do=kill", "ended", up, unseen=True), Q("/?do=502", "relayed", up), Q("/?do=slow", "response_timeout", up, unseen=True),
         Q("/down/", "rst", DOWN))


# --- gunicorn: HTTP ---------------------------------------------------------------------------------------------------------
@place
def gunicorn_nginx(w):
    """nginx and gunicorn by HTTP on loopback: a worker killed, gunicorn's own --timeout, the application's 502."""
    up = ("127.0.0.1", 8000)

    def begin(w):
        software.gunicorn(w, more=("--timeout", "2"))
        software.nginx(w, "server { listen 80; proxy_read_timeout 20s; location / { proxy_pass http://127.0.0.1:8000; } location /down { proxy_pass http://127.0.0.1:9099; } }")
    w.proxy = begin
    each(w, Q("/?do=ok"), Q("/?do=kill", "ended", up), Q("/?do=502", "relayed", up), Q("/?do=big", "invalid_response", up), Q("/?do=limit", "ended", up), Q("/down", "rst", DOWN))


# --- Tomcat: AJP ------------------------------------------------------------------------------------------------------------
JSP = """<%%@ page contentType="text/plain" %%><%% %s %%>ok
"""
PAGES = {"ok": "", "own": 'response.sendError(502, "the application says so"); if (true) return;', "slow": "Thread.sleep(6000);", "halt": "Thread.sleep(50); Runtime.getRuntime().halt(1);"}
SERVER_XML = """<Server port="-1"><Service name="Catalina"><Connector protocol="AJP/1.3" address="127.0.0.1" port="8009" secretRequired="false"/>
<Engine name="Catalina" defaultHost="localhost"><Host name="localhost" appBase="webapps"/></Engine></Service></Server>
"""


def tomcat(w):
    java = software.need_java(w)
    base = os.path.join(w.tmp, "tomcat")
    for d in ("conf", "webapps/ROOT/WEB-INF", "temp", "logs", "work"):
        os.makedirs(os.path.join(base, d))
    proxies.write(w, "tomcat/conf/server.xml", SERVER_XML)
    for page, code in PAGES.items():
        proxies.write(w, "tomcat/webapps/ROOT/%s.jsp" % page, JSP % code)
    with open("/usr/share/tomcat10/etc/web.xml") as f:
        proxies.write(w, "tomcat/conf/web.xml", f.read())
    software.start(w, "G", [java, "-Dcatalina.home=/usr/share/tomcat10", "-Dcatalina.base=" + base, "-Djava.io.tmpdir=" + base + "/temp", "-cp",
                            "/usr/share/tomcat10/bin/bootstrap.jar:/usr/share/tomcat10/bin/tomcat-juli.jar", "org.apache.catalina.startup.Bootstrap", "start"], 8009, "tomcat.log", 60)


@place
def ajp_tomcat_apache(w):
    """Apache (mod_proxy_ajp) and Tomcat: the application's 502, too slow, the JVM ends, then nothing listens."""
    up = ("127.0.0.1", 8009)

    def begin(w):
        tomcat(w)
        software.apache(w, "ProxyTimeout 3\nProxyPass / ajp://127.0.0.1:8009/ retry=0 ping=5\n", "proxy_ajp")
    w.proxy = begin

    def ask(page, *more, **kw):                  # with a query string Apache says 500, as it may not repeat the request
        return Q("/%s.jsp" % page, *more, mark=";", **kw)
    each(w, ask("ok"), timeout=60)
    each(w, ask("own", "relayed", up), ask("slow", "response_timeout", up), ask("halt", "ended", up), ask("ok", "rst", up), timeout=30)
