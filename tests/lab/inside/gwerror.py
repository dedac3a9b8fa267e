# SPDX-License-Identifier: GPL-2.0-or-later
"""How the emulated gateway words its errors."""
import email.utils

PAGES = {"dns": ("notresolvable", "Host Not Resolvable"), "connect": ("cannotconnect", "Cannot Connect"),
         "bad": ("badgateway", "Bad Response"), "tls": ("handshakefailed", "Handshake Failed")}


class Fail(Exception):
    """kind (a key of PAGES) and the sentence for the block page"""

    def __init__(self, kind, text):
        super().__init__(text)
        self.kind, self.text = kind, text


def page(fail, url, via, keep, cfg):
    phrase, title = PAGES[fail.kind]
    if cfg.get("neutral"):                       # a gateway that does not say why
        phrase, title = "Bad Gateway", "Error"
    now = email.utils.formatdate(usegmt=True)
    body = ("<html>\n<head>\n<title>%s</title>\n<meta http-equiv=\"content-type\" content=\"text/html; charset=utf-8\">\n</head>\n<body>\n<h1>%s</h1>\n"
            "<p>The transferred data could not be delivered.</p>\n<p><b>URL:</b> %s</p>\n<p>%s</p>\n<hr>generated %s by Web Gateway</body></html>\n"
            % (title, title, url, fail.text, now)).encode()
    length = b"Content-Length: %d\r\n" % len(body)
    if cfg.get("page") == "gzip":
        import gzip
        body = gzip.compress(body)
        length = b"Content-Encoding: gzip\r\nContent-Length: %d\r\n" % len(body)
    elif cfg.get("page") == "chunked":
        body = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (body[:200], body[200:])) + b"0\r\n\r\n"
        length = b"Transfer-Encoding: chunked\r\n"
    elif cfg.get("page") == "close":
        length = b""
    head = ("HTTP/1.1 502 %s\r\nVia: %s\r\nDate: %s\r\nContent-Type: text/html\r\nCache-Control: no-cache\r\n" % (phrase, via, now)).encode()
    return head + length + b"X-Frame-Options: deny\r\nProxy-Connection: %s\r\n\r\n" % (b"Keep-Alive" if keep else b"Close"), body
