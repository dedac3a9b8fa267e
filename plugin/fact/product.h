/* product.h
 * The proxies that are known by what they say of themselves
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_FACT_PRODUCT_H
#define MWG502_FACT_PRODUCT_H

/*
 * X(enum suffix, what mwg502.product holds)
 *
 * It chooses the advice and nothing else: a verdict never hangs on what a gateway calls itself.
 */
#define MWG502_PRODUCTS(X) \
    X(WEB_GATEWAY,    "Web Gateway") \
    X(NGINX,          "nginx") \
    X(HAPROXY,        "HAProxy") \
    X(APACHE,         "Apache httpd") \
    X(SQUID,          "Squid") \
    X(ENVOY,          "Envoy") \
    X(CADDY,          "Caddy") \
    X(IIS,            "IIS") \
    X(VARNISH,        "Varnish") \
    X(TRAFFIC_SERVER, "Traffic Server")

#define PRODUCT_ENUM(e, name) PRODUCT_##e,
enum product { PRODUCT_UNKNOWN, MWG502_PRODUCTS(PRODUCT_ENUM) N_PRODUCTS };
#undef PRODUCT_ENUM

#endif
