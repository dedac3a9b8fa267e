/* fields.h
 * Our fields, subtrees and expert items: what show.c fills in
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef MWG502_SHOW_FIELDS_H
#define MWG502_SHOW_FIELDS_H

#include <epan/expert.h>

#include "diagnose/diagnose.h"

/* Registers all of them for the protocol; each has a description. */
void fields_register(int proto);

/*
 * Verdicts are shown open, so that they are read without a click. To be called when a capture
 * begins (registration is too early); only the first call does it: then the user's clicks count.
 */
void fields_expand(void);

extern int hf_cause, hf_category, hf_summary, hf_advice, hf_confidence, hf_rfc9209;
extern int hf_export_filter, hf_idle, hf_product, hf_sender, hf_stall, hf_why, hf_why_term;
extern int hf_reported, hf_agreement, hf_host, hf_url, hf_method, hf_port;
extern int hf_server_ip, hf_server_ipv6, hf_server_port, hf_server_stream;
extern int hf_client_ip, hf_client_ipv6, hf_client_port, hf_client_stream;
extern int hf_attempts, hf_attempt, hf_lookup, hf_range, hf_dns_name, hf_dns_rcode;
extern int hf_icmp_type, hf_icmp_code, hf_time, hf_filter, hf_case, hf_status;
extern int hf_evidence_frame, hf_response_frame, hf_role, hf_attempt_frame, hf_lookup_frame;
extern int hf_attempt_stream, hf_lookup_answer_frame, hf_lookup_ip, hf_lookup_ipv6, hf_advice_step;
extern int hf_branch_request, hf_branch_lookups, hf_branch_evidence, hf_branch_more;
extern int hf_role_frames[N_ROLES];

extern int ett_verdict, ett_request, ett_attempts, ett_attempt, ett_lookups, ett_lookup;
extern int ett_evidence, ett_advice, ett_part, ett_more, ett_why;

extern expert_field ei_cause[N_CAUSES], ei_differs, ei_evidence, ei_request;

#endif

/*
 * Editor modelines  -  https://www.wireshark.org/tools/modelines.html
 *
 * Local variables:
 * c-basic-offset: 4
 * tab-width: 8
 * indent-tabs-mode: nil
 * End:
 *
 * vi: set shiftwidth=4 tabstop=8 expandtab:
 * :indentSize=4:tabSize=8:noTabs=true:
 */
