# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules of the plugin, each made wrong on purpose.

A row: what it is about (a cause, or a part of the tracker), the file in plugin/, what
stands there (once), what is written instead, and the system tests that may notice it if
the unit tests do not.
"""

UNITS = ("diagnose", "track", "late", "dropped", "tie", "alike", "rivals")

QUICK = "test_article.py test_golden.py"
SILENCE = "test_silence.py -k not_watched"
ROLES = "test_module.py -k roles"
LATE = "test_truth.py -k pcapng"
RELAYED = "test_golden.py -k gen502"
SWALLOWED = "test_golden.py -k early200"
LINKS = "test_links.py"
COPIES = "test_copies.py"

MUTANTS = [
    # look-ups
    ("nxdomain", "searched.c", "{ DNS_NAME_ERROR, CAUSE_NXDOMAIN }", "{ DNS_NAME_ERROR, CAUSE_DNS_ERROR }", QUICK),
    ("nxdomain", "diagnose.c", "!= outcome || strcmp(q->name, last_name) != 0)", "!= outcome)", QUICK),
    ("nxdomain", "searched.c", "if (latest_with(e, DNS_ADDRESS))\n        return false;", "", QUICK),
    ("dns_nodata", "searched.c", "        { DNS_NO_DATA, CAUSE_DNS_NODATA },\n", "", QUICK),
    ("dns_nodata", "searched.c", "{ DNS_NO_DATA, CAUSE_DNS_NODATA }", "{ DNS_NO_DATA, CAUSE_NXDOMAIN }", QUICK),
    ("dns_error", "searched.c", "{ DNS_OTHER_ERROR, CAUSE_DNS_ERROR }", "{ DNS_OTHER_ERROR, CAUSE_NXDOMAIN }", QUICK),
    ("dns_error", "searched.c", "        { DNS_SILENT, CAUSE_DNS_TIMEOUT },\n        { DNS_OTHER_ERROR, CAUSE_DNS_ERROR },\n",
     "        { DNS_OTHER_ERROR, CAUSE_DNS_ERROR },\n        { DNS_SILENT, CAUSE_DNS_TIMEOUT },\n", QUICK),
    ("dns_timeout", "searched.c", "&& answered_by_another(e, q))", "&& false)", QUICK),
    ("dns_timeout", "searched.c", "q->answers.n > 0 && q->answered <= until &&", "q->answers.n > 0 &&", QUICK),
    ("dns_timeout", "searched.c", "f->cause = s->over_tcp_refused ? CAUSE_DNS_UNREACHABLE : CAUSE_DNS_TIMEOUT;", "f->cause = CAUSE_DNS_UNREACHABLE;", QUICK),
    ("dns_unreachable", "searched.c", "if (order[i].outcome == DNS_SILENT && s->over_tcp_refused)", "if (false)", QUICK),
    ("dns_unreachable", "diagnose.c", "e->unreached->for_dns ? CAUSE_DNS_UNREACHABLE : CAUSE_ARP", "CAUSE_ARP", QUICK),
    ("dns_unreachable", "diagnose.c", "        cite_all(f, &s->questions[i]->icmp, ROLE_ICMP);\n", "", QUICK),

    # connections
    ("syn_timeout", "diagnose.c", "if (f->cause == CAUSE_SYN_TIMEOUT)\n            cite(f, a->hs.synack_frame, ROLE_SYNACK);", "", QUICK),
    ("syn_timeout", "outcome.c", "icmp ? CAUSE_ICMP : CAUSE_SYN_TIMEOUT", "CAUSE_ICMP", QUICK),
    ("rst", "outcome.c", "hs->rst.n > 0 && hs->first_rst <= until &&", "hs->rst.n > 0 &&", QUICK),
    ("rst", "outcome.c", "a->closed[SERVER].reset ? CAUSE_RST : CAUSE_SERVER_CLOSED", "CAUSE_SERVER_CLOSED", QUICK),
    ("rst", "diagnose.c", "a->port != f->attempt->port || ", "", QUICK),
    ("icmp", "outcome.c", " && !ipaddr_equal(&hs->icmp_source, &a->gateway);", ";", QUICK),
    ("icmp", "outcome.c", "(!icmp || hs->last_rst > hs->last_icmp)", "true", QUICK),
    ("icmp", "diagnose.c", "if (f->cause == CAUSE_ICMP)\n            cite_all(f, &a->hs.icmp, ROLE_ICMP);", "", QUICK),
    ("arp", "diagnose.c", "e->unreached->for_dns ? CAUSE_DNS_UNREACHABLE : CAUSE_ARP", "CAUSE_DNS_UNREACHABLE", QUICK),
    ("arp", "diagnose.c", "        cite_all(f, &e->unreached->asked, ROLE_ARP);\n", "", QUICK),
    ("tls", "outcome.c", "tls->not_tls_frame || tls->alert_frame || ", "", QUICK),
    ("tls", "outcome.c", "!tls->done || ", "", QUICK),
    ("tls", "diagnose.c", "tls->not_tls_frame && tls->not_tls_time < when", "false", QUICK),

    # responses
    ("invalid_response", "outcome.c", "if (reply->fault != HTTP_FAULT_NONE)", "if (false)", QUICK),
    ("invalid_response", "outcome.c", "if (a->early_frame && !answered)", "if (false)", QUICK),
    ("invalid_response", "outcome.c", "head_is_beyond_limits(a, until) ? CAUSE_INVALID_RESPONSE : CAUSE_UNKNOWN", "CAUSE_UNKNOWN", QUICK),
    ("truncated", "outcome.c", "return cause_only(CAUSE_TRUNCATED);", "return cause_only(CAUSE_SERVER_CLOSED);", QUICK),
    ("truncated", "diagnose.c", "    case CAUSE_TRUNCATED:\n        cite_all(f, &reply->data, ROLE_SERVER_RESPONSE);\n", "    case CAUSE_TRUNCATED:\n", QUICK),
    ("server_closed", "outcome.c", "a->closed[SERVER].reset ? reset : closed", "reset", QUICK),
    ("server_closed", "outcome.c", "server->time <= until &&", "", QUICK),
    ("server_reset", "outcome.c", "a->closed[SERVER].reset ? reset : closed", "closed", QUICK),
    ("server_reset", "diagnose.c",
     "    case CAUSE_SERVER_RESET:\n        cite(f, a->closed[SERVER].frame, ROLE_SERVER_CLOSE);\n", "    case CAUSE_SERVER_RESET:\n", QUICK),
    ("response_timeout", "outcome.c", "(!gateway->frame || server->time <= gateway->time)", "true", QUICK),
    ("response_timeout", "outcome.c", "if (!server_ended(a, until))\n        return cause_only(CAUSE_RESPONSE_TIMEOUT);", "", QUICK),
    ("relayed", "outcome.c", "answered && reply->status == code", "answered && reply->status >= 500", QUICK),
    ("relayed", "diagnose.c", "cite(f, reply->head_frame, ROLE_SERVER_RESPONSE);", ";", QUICK),
    ("unknown", "outcome.c", "reply->complete && reply->complete_time <= until", "reply->complete", QUICK),
    ("unknown", "diagnose.c", "if (e->doubts.no_gateway_side)", "if (false)", QUICK),
    ("unknown", "diagnose.c", "if (f->cause == CAUSE_UNKNOWN)\n        f->confidence = CONFIDENCE_NONE;", "", QUICK),

    # whatever the cause
    ("confidence", "diagnose.c", "tie >= TIE_ADDRESS && alone", "tie >= TIE_ADDRESS", QUICK),
    ("confidence", "diagnose.c", "if (tie == TIE_MEMORY)\n        return CONFIDENCE_INFERRED;", "", QUICK),
    ("the last attempt", "diagnose.c", "&e->attempts[e->n_attempts - 1]", "&e->attempts[0]", QUICK),

    # the tracker
    ("watched codes", "track.c", "if (root->settings.watched(status)) {", "if (status >= 500) {", SILENCE),
    ("relaying", "track.c", "if (will_be_relayed(t, root, ex)) {", "if (false) {", RELAYED),
    ("relaying", "track.c", "return ex->had_parent || (sender", "return (sender", RELAYED),
    ("relaying", "track.c", "drop_verdict(t, frame, first_verdict(t, frame, ex->conn, false));", ";", LATE),
    ("swallowed 502", "track.c", "while ((ex = exchange_swallowed(conn))) {", "while (false) {", SWALLOWED),
    ("swallowed 502", "track.c", "if (root->settings.watched(s->status))\n                exchange_told(ex);", "", SWALLOWED),
    ("links", "track.c", "    link_parts(t, v);\n", "", ROLES),
    ("links", "track.c", "link_part(t, v, v->request_frame, ROLE_REQUEST);", ";", ROLES),
    ("late frames", "track.c", "v->settled = !first;", "v->settled = false;", LATE),
    ("late frames", "track.c", "if (t->late)\n        catch_up(t, INT64_MAX);", "", LATE),
    ("late frames", "early.c", "finding_withdraw(f);", ";", LATE),
    ("retransmissions", "exchangebytes.c", "if (!found && again)\n        return NULL;", "", ROLES),
    ("retransmissions", "exchangebytes.c", "if (!found && again)", "if (again)", ROLES),

    # whose it is
    ("attempts", "tietarget.c", "conn_claim(conn, g->ex->serial);", ";", QUICK),
    ("attempts", "tietarget.c", "return x_fits != y_fits ? x_fits : x->hs.first_syn < y->hs.first_syn;", "return x->hs.first_syn < y->hs.first_syn;", QUICK),
    ("attempts", "tietarget.c", "if (explains_now(g, eligible[i]) && (!best", "if ((!best", QUICK),
    ("attempts", "tietarget.c", "if (is_sequential(g, conn))\n", "", QUICK),
    ("attempts", "tietarget.c", " || brought_answer(g, c)", "", QUICK),
    ("acknowledgments", "conn.c", "conn->hs.acked && !lacks_bytes(conn->flow[CLIENT]) && !lacks_bytes(conn->flow[SERVER])", "conn->hs.acked",
     "test_whose.py"),
    ("attempts", "tielookup.c", "return c->ex ? exchange_begun(c->ex) : c->conn->hs.first_syn;", "return c->conn->hs.first_syn;", QUICK),
    ("attempts", "tietarget.c", "bool goes_on = ignores_errors(x) || ignores_errors(y);", "bool goes_on = false;", QUICK),
    ("attempts", "tietarget.c", "n > 0 && (crowd || has_rival(g, ip))", "n > 0 && crowd", QUICK),
    ("attempts", "tie.c", "return station && !station->is_client && ", "return station && ", QUICK),
    ("attempts", "tie.c", "if (!may_be_gateway(g, station) || (!is_on_gateways_link(g, station) && serves_address(g, station, ip)))\n            continue;", "continue;", QUICK),
    ("time alone", "tie.c", " && !is_anothers(g, conn)", "", QUICK),
    ("time alone", "tie.c", "if (one || (one_port && !crowd))", "if (true)", QUICK),
    ("time alone", "tie.c", "n = keep_port(eligible, n, g->ex->port);", ";", QUICK),
    ("time alone", "tieneighbor.c", "g->until - n->last < UNREACHED_LONG", "g->until - g->from < UNREACHED_LONG", QUICK),
    ("parents", "alike.c", "if (names_client(ex, waiting))", "if (false)", QUICK),
    ("parents", "parent.c", "!may_serve(root, waiting, ex, sender, same != same_host && same != same_path) || !wants_child(waiting)",
     "!may_serve(root, waiting, ex, sender, same != same_host && same != same_path)", QUICK),
    ("parents", "parent.c", "if (waiting->conn->closed[SERVER].frame)\n        return false;", "", QUICK),
    ("parents", "alike.c", "if (!conn_failed(earlier) && !earlier->flow[CLIENT])", "if (false)", QUICK),
    ("parents", "alike.c", "syn - w->ready[i] <= SAME_BURST * (syn - w->ready[latest])", "true", QUICK),
    ("parents", "alike.c", "syn - w->ready[i] <= SAME_BURST * (syn - w->ready[latest])", "i == latest", QUICK),
    ("parents", "alike.c", "if (w->others[i] > w->ready[latest] && w->others[i] <= syn)", "if (false)", QUICK),
    ("parents", "alike.c", "waiting->nth > 1 ? MAX(waiting->reply.request_time, waiting->conn->idle_since) : waiting->reply.request_time", "waiting->reply.request_time", QUICK),
    ("parents", "alike.c", "lookup && lookup->resolved ? MAX(turn_of(waiting), lookup->last) : turn_of(waiting)", "turn_of(waiting)", QUICK),
    ("parents", "alike.c", "return last ? MAX(since, last->conn->closed[SERVER].frame ? last->conn->closed[SERVER].time : conn_failed(last->conn)) : since;",
     "return since;", QUICK),
    ("parents", "alike.c", "if (!w.begun[i] && w.ready[i] <= turned)", "if (!w.begun[i] && alike[i]->reply.request_time <= turned)", QUICK),
    ("parents", "alike.c", "((const struct lookup *)l->data)->start >= turn_of(waiting)", "((const struct lookup *)l->data)->start >= waiting->reply.request_time", QUICK),
    ("parents", "alike.c", "if (!is_answered(lookup, &lookup->questions[i]->q))", "if (!lookup->resolved && i == 0 && !is_answered(lookup, &lookup->questions[i]->q))", QUICK),
    ("parents", "alike.c", " || (alike[0]->port == conn->port[SERVER] && other->port != conn->port[SERVER])", "", QUICK),
    ("parents", "alike.c", "!is_its_turn(waiting) || ", "", QUICK),
    ("parents", "alike.c", "return found_it_idle(ex, waiting) ? FIT_PROMPT : FIT_NOW;", "return FIT_NOW;", QUICK),
    ("parents", "alike.c", " || is_looked_up(waiting)", "", QUICK),
    ("attempts", "tietarget.c", "n = keep_sequence(eligible, n);", ";", QUICK),
    ("attempts", "exchangebytes.c", "feed->conn->idle_since = feed->root->now;", "feed->conn->idle_since = feed->seg ? feed->seg->time : feed->root->now;",
     QUICK),
    ("look-ups", "tielookup.c", " && lookup->start >= known", "", QUICK),
    ("memory", "tielookup.c", " || lookup->start < known", "", QUICK),
    ("look-ups", "tielookup.c", "bool crowd = name_is_crowded(g, name);", "bool crowd = false;", QUICK),
    ("look-ups", "tielookup.c", "if (!best || rank(g, lookup) > rank(g, best))", "if (!best)", QUICK),
    ("look-ups", "tielookup.c", "take_shared(g, &name->claimed);", ";", QUICK),
    ("look-ups", "tielookup.c", "may_be_gateway(g, lookup->station) && !is_next_hop(g, &lookup->station->ip)", "may_be_gateway(g, lookup->station)", QUICK),
    ("look-ups", "tielookup.c", "if (only && only->name != lookup->name) {", "if (false) {", QUICK),
    ("look-ups over TCP", "tielookup.c", "conn->port[SERVER] == DNS_PORT && g->ex->port", "g->ex->port", QUICK),
    ("neighbours", "tieneighbor.c", "n->last + ASKING_INTERVAL >= g->from && ", "", QUICK),
    ("memory", "tielookup.c", "lookup->last + g->root->settings.memory < g->from ||", "", QUICK),
    ("memory", "tielookup.c", "g->box && !is_looked_up_here(g->name) && i", "g->box && i", QUICK),
    ("memory", "tielookup.c", "return *ended > stood ? latest : NULL;", "return latest;", QUICK),
    ("memory", "tielookup.c", "stood = MAX(stood, conn->hs.first_syn);", "stood = conn->hs.synack_time;", QUICK),
    ("memory", "tielookup.c", "|| end + g->root->settings.memory < g->from ", "", QUICK),
    ("memory", "tielookup.c", "add_lookup(g, lookup, TIE_MEMORY, true);", ";", QUICK),

    # a gateway's addresses, and its tries
    ("network cards", "parent.c", " && !station_on_same_link(sender, station_find(root, &waiting->conn->ip[SERVER])))", ")", QUICK),
    ("network cards", "parent.c", "if (station_serves(sender, waiting->name) &&",
     "if (station_on_same_link(sender, station_find(root, &waiting->conn->ip[SERVER])))\n        return true;\n    if (station_serves(sender, waiting->name) &&", QUICK),
    ("network cards", "parent.c", "asked->link = ex->conn->link[SERVER];", ";", QUICK),
    ("network cards", "tie.c", "(is_on_gateways_link(g, station) || !station_serves(station, g->name))", "!station_serves(station, g->name)", QUICK),
    ("network cards", "tie.c", "(!is_on_gateways_link(g, station) && serves_address(g, station, ip))", "serves_address(g, station, ip)", QUICK),
    ("network cards", "lookup.c", "station_on_same_link(asked, asker) || ", "", QUICK),
    ("network cards", "model.c", " && !station_on_same_link(a, b)", "", QUICK),
    ("network cards", "observe.c", "if (!*src && pinfo->dl_src.type == AT_ETHER)\n        return;", "", LINKS),
    ("network cards", "observe.c", "*src = LINK_SELF;", ";", LINKS),
    ("network cards", "observe.c", "*dst = LINK_SELF;", ";", LINKS),
    ("network cards", "observe.c", "*src = link_from(&pinfo->dl_src);", "*src = 0;", LINKS),
    ("network cards", "conn.c", "conn->link[SERVER] = link;", "(void)link;", QUICK),
    ("copies", "observedns.c", "return has_bytes(transport, -20, 20) && byte_at(transport, -20) == 0x45 ?", "return false ?", COPIES),
    ("further tries", "tietarget.c", "eligible[i]->hs.first_syn >= failed && explains_now(g, eligible[i])", "eligible[i]->hs.first_syn >= failed", QUICK),
    ("repeated questions", "lookup.c", "(a->q.answers.seen > 0 && !is_shared_socket(asker, lookup, m->sport))", "false", QUICK),
    ("repeated questions", "lookup.c", " && !is_shared_socket(asker, lookup, m->sport)", "", QUICK),
    ("repeated questions", "lookup.c", "if (e->ip_id && e->ip_id == asked->icmp_ip_id &&", "if (false &&", QUICK),
    ("running look-ups", "tielookup.c", "!(g->success && rank(g, best) == 0)", "true", QUICK),

    # files out of order
    ("order of time", "inorder.c", "if (marks->n <= 1)", "if (false)", LATE),
    ("order of time", "inorder.c", "MAX(2 * marks->depth, patience)", "2 * marks->depth", LATE),
    ("order of time", "track.c", "on_trial ? 0 : ", "", LATE),
    ("order of time", "collect.c", "if (found->unreached.asked_at[i] > since)", "if (true)", LATE),
    ("early verdicts", "track.c", "!ex->headless && !early_in_order(t)", "!ex->headless", LATE),
    ("early verdicts", "early.c", " || !has_untried_address(t, ex, e)", " || true", LATE),
    ("early verdicts", "early.c", "tried = e->unreached && ", "tried = false && ", LATE),
    ("early verdicts", "early.c", "return decided_at(e, f) ? 0 : a->tls.hello_time;", "return 0;", LATE),
    ("early verdicts", "early.c", "    case CAUSE_ICMP:\n", "", LATE),
    ("early verdicts", "early.c", "a->hs.syn.seen > 2 && ", "false && ", LATE),
    ("early verdicts", "early.c", " && e->response_time - a->hs.last_syn > ANSWER_DUE", "", LATE),
    ("early verdicts", "early.c", "same->of_frame == ex->of_frame && ", "", LATE),
    ("early verdicts", "early.c", "(known <= LONG_SILENCE && known <= lasted / 2)", "false", LATE),
]
