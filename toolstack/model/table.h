// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The words that the table's rows are written in; for the files with rows only.
 */
#ifndef MODEL_TABLE_H
#define MODEL_TABLE_H

#include "model/model.h"

/* Types. A compound literal at file scope lives as long as the program. */
#define TYPE_OF(...)  (&(const struct model_type){ __VA_ARGS__ })
#define VOID          TYPE_OF(.kind = MODEL_VOID)
#define STRING        TYPE_OF(.kind = MODEL_STRING)
#define INT           TYPE_OF(.kind = MODEL_INT)
#define FLOAT         TYPE_OF(.kind = MODEL_FLOAT)
#define BOOL          TYPE_OF(.kind = MODEL_BOOL)
#define DATETIME      TYPE_OF(.kind = MODEL_DATETIME)
#define ANY           TYPE_OF(.kind = MODEL_ANY)
#define REF(class)    TYPE_OF(.kind = MODEL_REF, .name = #class)
#define RECORD(class) TYPE_OF(.kind = MODEL_RECORD, .name = #class)
#define SET(of)       TYPE_OF(.kind = MODEL_SET, .element = of)
#define MAP(of)       TYPE_OF(.kind = MODEL_MAP, .element = of)
#define ENUM(which)   (&model_##which)
#define STRING_MAP    MAP(STRING)
#define STRING_SET    SET(STRING)

/* Fields: name, type, default, what it is. */
#define RO(n, t, d, text)                                       \
	{                                                       \
		.name = n, .type = t, .initial = d, .doc = text \
	}
#define STATIC(n, t, d, text)                                       \
	{                                                           \
		n, t, ACCESS_STATIC, LIFE_KEPT, d, NULL, NULL, text \
	}
#define RW(n, t, d, text)                                       \
	{                                                       \
		n, t, ACCESS_RW, LIFE_KEPT, d, NULL, NULL, text \
	}
#define LIVE(n, t, d, text)                                     \
	{                                                       \
		n, t, ACCESS_RO, LIFE_LIVE, d, NULL, NULL, text \
	}
/* The set of the objects of another class whose field names this one: never stored twice. */
#define MANY(n, class, field, text)                                                  \
	{                                                                            \
		n, SET(REF(class)), ACCESS_RO, LIFE_INVERSE, NULL, field, NULL, text \
	}

#define UUID             RO("uuid", STRING, NULL, "Its identifier, the same for ever")
#define NAME_LABEL       RW("name_label", STRING, NULL, "Its name")
#define NAME_DESCRIPTION RW("name_description", STRING, NULL, "What it is, in words")
#define OTHER_CONFIG     RW("other_config", STRING_MAP, NULL, "For clients: further settings")
#define TAGS             RW("tags", STRING_SET, NULL, "For clients: words to find it by")

/* Methods: name, result, least role, what it does, then its parameters. */
#define METHOD(n, r, least, text, ...)                    \
	{                                                 \
		n, r, ROLE_##least, { __VA_ARGS__ }, text \
	}
#define P(name, type)      \
	{                  \
		name, type \
	}
#define NO_PARAMS            \
	{                    \
		.name = NULL \
	}

/* Classes. MODEL_CLASS(name, words, least reader, least writer, flags); fields and methods stand
 * in front of it, in <name>_fields and <name>_methods. */
#define ROWS(a) (a), sizeof(a) / sizeof((a)[0])
#define MODEL_CLASS(n, text, r, w, f)                                                       \
	const struct model_class model_class_##n = {                                        \
		#n, text, "0.1", ROWS(n##_fields), ROWS(n##_methods), ROLE_##r, ROLE_##w, f \
	}
/* One without methods of its own. */
#define MODEL_CLASS_PLAIN(n, text, r, w, f)                                                  \
	const struct model_class model_class_##n = { #n,   text, "0.1",    ROWS(n##_fields), \
						     NULL, 0,    ROLE_##r, ROLE_##w,         \
						     f }
/* One without objects. */
#define MODEL_CLASS_METHODS(n, text, r, w)                                                  \
	const struct model_class model_class_##n = { #n,       text,     "0.1",             \
						     NULL,     0,        ROWS(n##_methods), \
						     ROLE_##r, ROLE_##w, CLASS_NO_OBJECTS }

extern const struct model_type model_power_state, model_vm_operation, model_on_exit, model_on_crash,
	model_vbd_mode, model_vbd_type, model_vbd_operation, model_vif_operation,
	model_locking_mode, model_ipv4_mode, model_ipv6_mode, model_vdi_type, model_vdi_operation,
	model_sr_operation, model_network_operation, model_locking_default, model_ip_mode,
	model_ip6_mode, model_address_type, model_bond_mode, model_host_operation,
	model_host_ntp_mode, model_certificate_type, model_host_display, model_pool_operation,
	model_task_operation, model_task_status, model_event_operation, model_message_class,
	model_console_protocol, model_on_boot, model_tristate, model_domain_type, model_pgpu_dom0,
	model_on_soft_reboot, model_igmp;

#endif
