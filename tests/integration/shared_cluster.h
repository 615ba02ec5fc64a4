/*
 * A cluster that has nothing to do with a run: the embedded one, started by `hpalab cluster up` and used by its context, with a
 * client of its administrator.
 */
#ifndef TESTS_INTEGRATION_SHARED_CLUSTER_H
#define TESTS_INTEGRATION_SHARED_CLUSTER_H

#include "common/clock.h"
#include "common/json.h"
#include "kube/kube.h"
#include "tests/support/child.h"

#define SHARED_CLUSTER_DEADLINE (20 * NANOSECONDS_PER_SECOND) /* of a request */
#define SHARED_CLUSTER_PATIENCE 90.0                          /* seconds, for a run */

struct shared_cluster {
    char *folder;     /* for whatever the test writes */
    char *state;      /* "XDG_STATE_HOME=..." */
    char *kubeconfig; /* "own" in the folder; its context is hpalab */
    struct kube_client *administrator;
};

/* With so many nodes. Fails the test when it does not come up. */
void shared_cluster_up(struct shared_cluster *cluster, const char *nodes);
void shared_cluster_down(struct shared_cluster *cluster);

/* hpalab with a kubeconfig of the folder, such as "own", and arguments with NULL at the end. */
struct test_child *shared_cluster_begin(const struct shared_cluster *cluster, const char *kubeconfig,
                                        const char *const *arguments);

/* shared_cluster_run(cluster, "own", "restore", run): the same, to its end. */
#define shared_cluster_run(cluster, kubeconfig, ...)                                                                             \
    test_child_finish(shared_cluster_begin((cluster), (kubeconfig), (const char *const[]){__VA_ARGS__, NULL}),                   \
                      SHARED_CLUSTER_PATIENCE)

/* Fails the test unless the exit status is code and the text was printed. */
void shared_cluster_assert_ended(const struct test_ended *ended, int code, const char *says);

/* Applies each document of a YAML text, of a name for errors, in a namespace unless it names one. */
void shared_cluster_apply(const struct shared_cluster *cluster, const char *namespace, const char *name, const char *text);

#endif
