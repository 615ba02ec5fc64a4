/*
 * The Kubernetes API client: where the cluster is (kubeconfig), TLS and token, requests with retries, watches that end
 * in a callback. The one HTTP client for the API; the driver and the tests use it.
 *
 * Thread-safe: one struct kube_client may be used from several threads at once.
 */
#ifndef KUBE_KUBE_H
#define KUBE_KUBE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"
#include "common/json.h"

#define KUBE_MAXIMUM_ANSWER (64u * 1024 * 1024)

struct kube_client;

/* path: a kubeconfig file, or NULL: $KUBECONFIG (a list, merged as kubectl does), else ~/.kube/config, else, in a pod, its
 * service account.
 * context: NULL = its current-context. NULL with an error that names the file and field. */
struct kube_client *kube_open(const char *path, const char *context, struct error *error);
void kube_close(struct kube_client *client);
const char *kube_server(const struct kube_client *client);    /* URL */
const char *kube_namespace(const struct kube_client *client); /* of the context; "default" when it names none */

/* What the API answered. */
struct kube_answer {
    int code;            /* HTTP status; 0 = no answer */
    cJSON *body;         /* the JSON, a Status object for failures; NULL when there was none */
    char *text;          /* the body when its Content-Type is not JSON (logs); else NULL */
    int64_t server_time; /* its Date: wall time, whole seconds; 0 = none */
};
void kube_answer_release(struct kube_answer *answer);
#define AUTO_KUBE_ANSWER CLEANUP(kube_answer_release)

/* One request. Texts are borrowed for the call. */
struct kube_call {
    const char *method;
    const char *path;      /* "/api/v1/namespaces/x/pods?limit=5" */
    const char *body_type; /* NULL = no body */
    const char *body;
    const char *header_name;  /* one more header; NULL = none */
    const char *header_value; /* secret */
    int64_t deadline;         /* nanoseconds from now */
    const atomic_bool *stop;  /* ends it early; NULL = never */
    bool once;                /* is not tried again */
    bool reads_generator;     /* counted as such, and not held back by the limit */
};

/* At most so many requests leave a client in any second, whoever asks: a watch and each try of a request count, the reading
 * of generators does not. The others wait for their turn within their deadline. */
#define KUBE_REQUESTS_PER_SECOND 10
void kube_set_limit(struct kube_client *client, unsigned requests_per_second); /* 0 = none */

/* Requests that have left so far, by kind. */
struct kube_counts {
    uint64_t reads;
    uint64_t watches;
    uint64_t writes;
    uint64_t generators; /* reading of generators */
    uint64_t repeated;   /* of all these: tries after the first */
};
struct kube_counts kube_counts(struct kube_client *client);

/* Within the deadline a request is tried again, with back-off and Retry-After, after
 *   - a failure to connect and 429, for any method: the server has done nothing;
 *   - a lost connection, 500, 502, 503 and 504, for GET, PUT, DELETE and server-side apply: doing it twice does no harm;
 *   - a handshake that broke, twice;
 *   - 401, once, when other credentials can be had (a program that hands them out, a token file that has changed).
 * A wait that would end after the deadline is not begun: what is known is returned at once.
 * 0 when the code is 2xx; -1 with the error text for people ("pods "x" not found (404 NotFound)") else; answer (may be
 * NULL) is filled in both cases. Redirects are not followed. Secrets never get into the error. */
int kube_send(struct kube_client *client, const struct kube_call *call, struct kube_answer *answer, struct error *error);

/* kube_send of what most requests need. */
int kube_request(struct kube_client *client, const char *method, const char *path, const char *body_type, const char *body,
                 int64_t deadline, struct kube_answer *answer, struct error *error);

/* One GET that is not tried again and ends when *stop (NULL = never) becomes true, for pollers. Otherwise as
 * kube_request. */
int kube_get_once(struct kube_client *client, const char *path, int64_t deadline, const atomic_bool *stop,
                  struct kube_answer *answer, struct error *error);

/* kube_apply, kube_delete and discovery wait this long for the API: an API server that is replaced may be away for a minute. */
#define KUBE_DEADLINE (75 * INT64_C(1000000000))

/* The collection's path of an object or kind, found by discovery (cached): "/apis/apps/v1/namespaces/x/deployments".
 * namespace NULL = cluster-scoped or all namespaces. The caller frees it; NULL with an error when the cluster does not
 * know the kind. */
char *kube_collection_path(struct kube_client *client, const char *api_version, const char *kind, const char *namespace,
                           struct error *error);

/* Server-side apply of one object (field manager "hpalab", forced); its own metadata.namespace wins over the given, and
 * that (when not NULL) over the context's. */
int kube_apply(struct kube_client *client, const cJSON *object, const char *namespace, struct kube_answer *answer,
               struct error *error);

/* Deletes (dependents in the background) and does not mind if it is gone; grace_seconds -1 = the object's own. */
int kube_delete(struct kube_client *client, const char *path, int64_t grace_seconds, struct error *error);

enum kube_event_type { KUBE_LISTED, KUBE_ADDED, KUBE_MODIFIED, KUBE_DELETED, KUBE_LISTED_ALL, KUBE_GAP, KUBE_RESUMED };

/* KUBE_LISTED: an object of the first list or of a list again (with the apiVersion and kind that items of lists lack);
 * KUBE_LISTED_ALL: that list is complete (object NULL); KUBE_GAP: nothing is told from now on (object NULL, text says why),
 * until KUBE_RESUMED: the watch goes on where it was, what has changed meanwhile follows now; or until KUBE_LISTED_ALL: the
 * server no longer knew the place, and what has come and gone meanwhile was missed. A watch that ends or breaks and goes on
 * at the first attempt is no gap; every list but the first comes after a gap. */
typedef void kube_event(enum kube_event_type type, const cJSON *object, const char *text, void *context);

/* Lists a collection and follows it on the calling thread until *stop is true (looked at at least every 200 ms):
 * bookmarks, 410 (lists again), time-outs and lost connections (back-off up to 5 s; goes on where it was, however long it
 * took) are handled within. selector NULL =
 * all. -1 only for what will not heal: 401, 403, 404 and other 4xx that say the request is wrong, or a certificate that
 * is not trusted, before the first list; later such trouble is a gap. 0 when *stop ended it. */
int kube_follow(struct kube_client *client, const char *collection_path, const char *label_selector, kube_event *event,
                void *context, const atomic_bool *stop, struct error *error);

#endif
