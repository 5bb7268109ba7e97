// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One call of a client, from its name and arguments to its answer. A method's function runs inside
 * of a transaction. It ends in one of three ways: it has written a result (or nothing, for void);
 * it has said call_fail, and all that it changed is undone; or it has asked vmd for something, and
 * a second function goes on with the answer, in a transaction of its own. Objects that a call knows
 * are held, so that their memory stays; whether they are gone is asked after every wait.
 */
#ifndef APID_CALL_H
#define APID_CALL_H

#include "apid/event.h"
#include "apid/loop.h"
#include "apid/object.h"
#include "apid/rpc.h"
#include "model/model.h"

#define CALL_OCCUPIED 24

struct connection;
struct vmd_request;

/* What a request says of who sends it, apart from the call. */
struct caller {
	char address[64];      /* for the audit log */
	bool trusted;          /* root of this machine, who needs no password */
	bool own_page;         /* a page of this host's, in a browser */
	bool wants_cookie;     /* the session that begins is to be in one */
	char cookie[REF_TEXT]; /* the session in its cookie, good or not; "": none */
};

struct call {
	struct call *next, **place;    /* in the list of calls that wait */
	struct connection *connection; /* NULL: nobody waits for the answer */
	struct rpc rpc;
	struct caller from;

	struct object *session; /* NULL: none is needed */
	bool by_cookie;         /* the session is the one of the client's cookie */
	enum model_role role;
	char user[64];

	const struct model_class *cls;
	const struct model_method *method; /* NULL: a generated one */
	size_t field;                      /* of a generated one */
	json_t *args[MODEL_PARAMS];        /* in the form of model/value.h */
	struct object *refs[MODEL_PARAMS]; /* those that are references */
	size_t nr_args;

	struct buf result;
	struct wire out; /* writes into result */
	json_t *error;

	bool async;
	struct object *task;
	struct {
		struct object *object;
		const char *operation;
	} occupied[CALL_OCCUPIED];
	size_t nr_occupied;

	struct vmd_request *vmd;
	void (*then)(struct call *c, const json_t *answer);
	/* Called in place of then; NULL: vmd's error is the call's. */
	void (*otherwise)(struct call *c, const json_t *error);
	double share_from, share; /* of the task's progress: what vmd works at now; share 0: all */
	void *state;              /* of the method, between steps */
	void (*state_free)(void *state);

	struct event_watch watch;
	struct loop_timer timer;
	const json_t *answer; /* while then runs */
	bool waiting;         /* for vmd, for events or for a time */
	bool cancelled;       /* ends in this round of the loop */
};

typedef void call_function(struct call *c);

struct binding {
	const char *name; /* Class.method */
	call_function *run;
};

/* Methods of the model and their functions; a list ends with a NULL name. Wrong names end us. */
void call_bind(const struct binding *list);
/* Those of objects; not what tasks themselves are made of. */
bool call_may_be_async(const struct model_class *c, const struct model_method *m);
/* Every method that can be called. */
void call_list_methods(struct wire *out);

/* Takes over the request; the answer goes to connection_reply. */
void call_begin(struct connection *connection, struct rpc *rpc, const struct caller *from);
/* The client does not wait any more. */
void call_abandon(struct call *c);
/* For task.cancel: false if nobody works at it, or it cannot be stopped. */
bool call_cancel(const struct object *task);
/* After each round of the loop. */
void calls_between(void);
/* Ends the transaction: what may be done with each object now is part of what changes. */
int call_commit(struct reason *why);
/* The same for what no client has asked for: should it fail, a line in the log says of what. */
void call_commit_told(const char *what);

/* ---- for methods ------------------------------------------------------------------------- */

/* A code of XenAPI and its parameters; ends with NULL. The first one counts. */
void call_fail(struct call *c, const char *code, ...) __attribute__((sentinel));
void call_fail_ref(struct call *c, const char *code, const struct object *o);
/* Parameters are formatted words. */
void call_fail_words(struct call *c, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
bool call_failed(const struct call *c);

/* An argument that is there and not null. */
bool call_has(const struct call *c, size_t arg);
const char *call_text(const struct call *c, size_t arg);
int64_t call_int(const struct call *c, size_t arg);
bool call_bool(const struct call *c, size_t arg);

/*
 * Notes the operation in current_operations until the call ends. Fails the call if something else
 * goes on with it, or its operation is blocked.
 */
bool call_occupy(struct call *c, struct object *o, const char *operation);
/* Asks vmd; takes over args. */
void call_vmd(struct call *c, const char *verb, json_t *args,
	      void (*then)(struct call *c, const json_t *answer));
/* What vmd is asked next is that share of the work, after so much of it. */
void call_share(struct call *c, double from, double share);
/* Waits for w->ready, with call_resume. */
void call_wait(struct call *c);
/* Goes on with a waiting call: the function runs in a transaction. */
void call_resume(struct call *c, void (*function)(struct call *c));

#endif
