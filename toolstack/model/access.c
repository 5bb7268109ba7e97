// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table: who calls, what is going on, and what has happened.
 */
#include "model/table.h"

static const struct model_field session_fields[] = {
	UUID,
	RO("this_host", REF(host), NULL, "The host that answers"),
	RO("this_user", REF(user), NULL, "Who logged in"),
	RO("last_active", DATETIME, NULL, "When it was last used"),
	RO("pool", BOOL, NULL, "Between hosts"),
	RW("other_config", STRING_MAP, NULL, "For clients: further settings"),
	RO("is_local_superuser", BOOL, NULL, "It may do everything"),
	RO("subject", REF(subject), NULL, "Who logged in"),
	RO("validation_time", DATETIME, NULL, "When the user was last checked"),
	RO("auth_user_sid", STRING, NULL, "The user's identifier"),
	RO("auth_user_name", STRING, NULL, "The user's name"),
	RO("rbac_permissions", STRING_SET, NULL, "What it may do"),
	RO("tasks", SET(REF(task)), NULL, "What it has begun"),
	RO("parent", REF(session), NULL, "The session that it was made from"),
	RO("originator", STRING, NULL, "What the client calls itself"),
	RO("client_certificate", BOOL, NULL, "A certificate instead of a password"),
};

static const struct model_method session_methods[] = {
	METHOD("login_with_password", REF(session), READ_ONLY, "Begins a session",
	       P("uname", STRING), P("pwd", STRING), P("?version", STRING),
	       P("?originator", STRING)),
	METHOD("logout", VOID, READ_ONLY, "Ends this session", NO_PARAMS),
	METHOD("change_password", VOID, READ_ONLY, "Of the user of this session",
	       P("old_pwd", STRING), P("new_pwd", STRING)),
};

MODEL_CLASS(session, "A client that has logged in; known to itself only", READ_ONLY, READ_ONLY,
	    CLASS_NO_GET_ALL);

static const struct model_field user_fields[] = {
	UUID,
	RO("short_name", STRING, NULL, "The name to log in with"),
	RW("fullname", STRING, NULL, "Who it is"),
	RO("role", STRING, "read-only", "admin, operator or read-only"),
	OTHER_CONFIG,
};

static const struct model_method user_methods[] = {
	METHOD("create", REF(user), ADMIN, "Makes an account; without a password nobody logs in",
	       P("args", RECORD(user))),
	METHOD("destroy", VOID, ADMIN, "Ends the account and its sessions", P("self", REF(user))),
	METHOD("set_password", VOID, ADMIN, "Gives it a password", P("self", REF(user)),
	       P("password", STRING)),
	METHOD("set_role", VOID, ADMIN, "admin, operator or read-only", P("self", REF(user)),
	       P("role", STRING)),
	METHOD("create_token", STRING, ADMIN,
	       "A secret that logs in as this user in place of the password; it is not shown again",
	       P("self", REF(user)), P("name", STRING)),
	METHOD("revoke_token", VOID, ADMIN, "Ends that token", P("self", REF(user)),
	       P("name", STRING)),
	METHOD("get_tokens", STRING_SET, ADMIN, "The names of its tokens", P("self", REF(user))),
	METHOD("get_ssh_keys", STRING_SET, ADMIN, "Root's: who may log in by SSH",
	       P("self", REF(user))),
	METHOD("add_ssh_key", VOID, ADMIN, "A line of authorized_keys, without options",
	       P("self", REF(user)), P("key", STRING)),
	METHOD("remove_ssh_key", VOID, ADMIN, "By the same line; its comment does not matter",
	       P("self", REF(user)), P("key", STRING)),
};

MODEL_CLASS(user, "An account", READ_ONLY, ADMIN, 0);

static const struct model_field subject_fields[] = {
	UUID,
	RO("subject_identifier", STRING, NULL, "The name to log in with"),
	OTHER_CONFIG,
	RO("roles", SET(REF(role)), NULL, "What it may do"),
};

MODEL_CLASS_PLAIN(subject, "For clients: accounts of a directory service; none here", READ_ONLY,
		  ADMIN, 0);

static const struct model_field role_fields[] = {
	UUID,
	RO("name_label", STRING, NULL, "Its name"),
	RO("name_description", STRING, NULL, "What it may do"),
	RO("subroles", SET(REF(role)), NULL, "What it consists of"),
	RO("is_internal", BOOL, NULL, "Not for people"),
};

MODEL_CLASS_PLAIN(role, "What a user may do", READ_ONLY, ADMIN, 0);

static const struct model_field task_fields[] = {
	UUID,
	RO("name_label", STRING, NULL, "What was called"),
	RO("name_description", STRING, NULL, "What it is, in words"),
	LIVE("allowed_operations", SET(ENUM(task_operation)), NULL, "What can be asked of it now"),
	LIVE("current_operations", MAP(ENUM(task_operation)), NULL, "What is going on"),
	RO("created", DATETIME, NULL, "When it began"),
	RO("finished", DATETIME, NULL, "When it ended"),
	RO("status", ENUM(task_status), "pending", "How it stands"),
	RO("resident_on", REF(host), NULL, "The host that does it"),
	LIVE("progress", FLOAT, NULL, "How far it is, 0 to 1"),
	RO("type", STRING, "<none/>", "For old clients"),
	RO("result", STRING, NULL, "What came of it, as an XML-RPC value"),
	RO("error_info", STRING_SET, NULL, "Why it failed: a code and its parameters"),
	OTHER_CONFIG,
	RO("subtask_of", REF(task), NULL, "What it is part of"),
	MANY("subtasks", task, "subtask_of", "Its parts"),
	RO("backtrace", STRING, NULL, "For old clients"),
};

static const struct model_method task_methods[] = {
	METHOD("create", REF(task), READ_ONLY, "One that the client itself does",
	       P("label", STRING), P("description", STRING)),
	METHOD("destroy", VOID, READ_ONLY, "Forgets it; what it does goes on",
	       P("self", REF(task))),
	METHOD("cancel", VOID, READ_ONLY, "Asks it to stop", P("task", REF(task))),
	METHOD("set_status", VOID, READ_ONLY, "Of a task of the client's own", P("self", REF(task)),
	       P("value", ENUM(task_status))),
	METHOD("set_progress", VOID, READ_ONLY, "Of a task of the client's own",
	       P("self", REF(task)), P("value", FLOAT)),
	METHOD("set_result", VOID, READ_ONLY, "Of a task of the client's own", P("self", REF(task)),
	       P("value", STRING)),
	METHOD("set_error_info", VOID, READ_ONLY, "Of a task of the client's own",
	       P("self", REF(task)), P("value", STRING_SET)),
};

MODEL_CLASS(task, "Something that takes a while", READ_ONLY, READ_ONLY, 0);

static const struct model_method event_methods[] = {
	METHOD("from", ANY, READ_ONLY, "What has changed since the token; waits if nothing has",
	       P("classes", STRING_SET), P("token", STRING), P("timeout", FLOAT)),
	METHOD("register", VOID, READ_ONLY, "For old clients: next tells of these classes, too",
	       P("classes", STRING_SET)),
	METHOD("unregister", VOID, READ_ONLY, "For old clients: no more of these",
	       P("classes", STRING_SET)),
	METHOD("next", ANY, READ_ONLY, "For old clients: what is new; waits if nothing is",
	       NO_PARAMS),
	METHOD("get_current_id", INT, READ_ONLY, "The number of the last event", NO_PARAMS),
	METHOD("inject", STRING, READ_ONLY, "Makes an event of an object; the token before it",
	       P("class", STRING), P("ref", STRING)),
};

MODEL_CLASS_METHODS(event, "What has changed", READ_ONLY, READ_ONLY);

static const struct model_field message_fields[] = {
	UUID,
	STATIC("name", STRING, NULL, "What happened, a word"),
	STATIC("priority", INT, "3",
	       "1: data is lost, 2: may be, 3: a service is hit, 4, 5: to know"),
	STATIC("cls", ENUM(message_class), "Host", "The class of the object"),
	STATIC("obj_uuid", STRING, NULL, "The object that it happened to"),
	STATIC("timestamp", DATETIME, NULL, "When it happened"),
	STATIC("body", STRING, NULL, "What happened, in words"),
};

static const struct model_method message_methods[] = {
	METHOD("create", REF(message), OPERATOR, "Leaves a message", P("name", STRING),
	       P("priority", INT), P("cls", ENUM(message_class)), P("obj_uuid", STRING),
	       P("body", STRING)),
	METHOD("destroy", VOID, OPERATOR, "It was read", P("self", REF(message))),
	METHOD("get", MAP(RECORD(message)), READ_ONLY, "What happened to an object since then",
	       P("cls", ENUM(message_class)), P("obj_uuid", STRING), P("since", DATETIME)),
	METHOD("get_since", MAP(RECORD(message)), READ_ONLY, "What happened since then",
	       P("since", DATETIME)),
};

MODEL_CLASS(message, "Something that people should know", READ_ONLY, OPERATOR, 0);

static const struct model_method system_methods[] = {
	METHOD("listMethods", STRING_SET, READ_ONLY, "All methods; needs no session", NO_PARAMS),
};

MODEL_CLASS_METHODS(system, "The API itself", READ_ONLY, READ_ONLY);
