/*
 * The processes of one container: the one that was started and all that come from it. Signals reach all of them, and
 * what they use is added up: CPU by the kernel's CPU clocks (not the ticks of /proc), memory as RssAnon + RssShmem.
 *
 * A process that leaves its parent (a double fork) is adopted by the cluster process, which must be a child subreaper;
 * it is found by the container's mark in its environment (PROCESS_GROUP_MARK).
 */
#ifndef CLUSTER_KUBELET_PROCESS_GROUP_H
#define CLUSTER_KUBELET_PROCESS_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Environment variable that holds the container's id. */
#define PROCESS_GROUP_MARK "HPALAB_CONTAINER_ID"

/* Processes beyond these are neither signalled one by one nor counted. */
#define PROCESS_GROUP_MAXIMUM 4096

struct process_member {
    pid_t pid;
    int64_t cpu; /* nanoseconds, when last read */
};

/* What all groups of this process share: who its children are. */
struct process_family {
    pid_t *leaders; /* of groups, and other children that are waited for elsewhere */
    size_t leader_count;
    pid_t *orphans; /* other children of this process */
    size_t orphan_count;
    int64_t looked; /* monotonic; when the orphans were last looked up */
};
void process_family_release(struct process_family *family);

/* A child that somebody else waits for: it is neither taken for an orphan nor reaped here. */
void process_family_keep_child(struct process_family *family, pid_t pid);
void process_family_release_child(struct process_family *family, pid_t pid);

struct process_group {
    struct process_family *family;
    pid_t leader;                   /* 0 = none */
    char id[72];                    /* the value of PROCESS_GROUP_MARK */
    struct process_member *members; /* ordered by pid; the leader is one */
    size_t count;
    int64_t ended_cpu;  /* of members that are gone */
    int64_t reaped_cpu; /* of processes that the leader waited for, when the members were last looked up */
    int threads;        /* of all members, then */
    int64_t highest;    /* CPU told so far: the figure never goes back */
    int64_t looked;     /* monotonic; when the members were last looked up */
};

void process_group_start(struct process_group *group, struct process_family *family, pid_t leader, const char *id);
void process_group_release(struct process_group *group);

/* Looks up who belongs to the group when that is longer ago than max_age. */
void process_group_refresh(struct process_group *group, int64_t max_age, int64_t now);

/* CPU nanoseconds of user and system, of ended members too; never less than before. */
int64_t process_group_cpu(struct process_group *group);

/* Bytes that members hold in memory and share with nobody outside. */
int64_t process_group_memory(const struct process_group *group);

/* To the leader's process group and every other member. */
void process_group_signal(const struct process_group *group, int signal_number);

/* The leader has been reaped: kills and reaps what is left of the container, wherever it went. (Signal the group with
 * SIGKILL while the leader is a zombie, which keeps its number from being given to another.) */
void process_group_end(struct process_group *group);

#endif
