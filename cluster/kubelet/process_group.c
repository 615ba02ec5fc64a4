#include "cluster/kubelet/process_group.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"

/* Processes that start others while they are being ended are looked for again, but not for ever. */
#define MOST_END_PASSES 50

static ssize_t read_file(const char *path, char *text, size_t size)
{
    AUTO_CLOSE int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return -1;
    size_t length = 0;
    ssize_t got;
    while (length < size - 1 && (got = read(file, text + length, size - 1 - length)) > 0)
        length += (size_t)got;
    text[length] = '\0';
    return (ssize_t)length;
}

static bool holds(const pid_t *pids, size_t count, pid_t pid)
{
    for (size_t i = 0; i < count; i++)
        if (pids[i] == pid)
            return true;
    return false;
}

void process_family_release(struct process_family *family)
{
    free(family->leaders);
    free(family->orphans);
    *family = (struct process_family){0};
}

void process_family_keep_child(struct process_family *family, pid_t pid)
{
    family->leaders = memory_resize(family->leaders, family->leader_count + 1, sizeof *family->leaders);
    family->leaders[family->leader_count++] = pid;
}

void process_family_release_child(struct process_family *family, pid_t pid)
{
    for (size_t i = 0; i < family->leader_count; i++) {
        if (family->leaders[i] != pid)
            continue;
        family->leaders[i] = family->leaders[--family->leader_count];
        return;
    }
}

void process_group_start(struct process_group *group, struct process_family *family, pid_t leader, const char *id)
{
    process_group_release(group);
    process_family_keep_child(family, leader);
    group->family = family;
    group->leader = leader;
    group->threads = 1;
    snprintf(group->id, sizeof group->id, "%s", id);
    group->members = memory_allocate(1, sizeof *group->members);
    group->members[0].pid = leader;
    group->count = 1;
}

void process_group_release(struct process_group *group)
{
    if (group->leader != 0)
        process_family_release_child(group->family, group->leader);
    free(group->members);
    *group = (struct process_group){0};
}

static int64_t read_cpu_clock(pid_t pid)
{
    clockid_t clock;
    struct timespec time;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0)
        return -1;
    return (int64_t)time.tv_sec * NANOSECONDS_PER_SECOND + time.tv_nsec;
}

/* One process's children are listed by the thread that made them. */
static void collect_children(pid_t pid, pid_t *found, size_t *count)
{
    char path[64];
    char text[4096];
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *threads = opendir(path);
    if (threads == NULL)
        return;
    const struct dirent *thread;
    while ((thread = readdir(threads)) != NULL) {
        char list[128];
        snprintf(list, sizeof list, "/proc/%d/task/%.20s/children", (int)pid, thread->d_name);
        if (thread->d_name[0] == '.' || read_file(list, text, sizeof text) <= 0)
            continue;
        char *rest = text, *end;
        for (long child = strtol(rest, &end, 10); end != rest && *count < PROCESS_GROUP_MAXIMUM; child = strtol(rest, &end, 10)) {
            found[(*count)++] = (pid_t)child;
            rest = end;
        }
    }
    closedir(threads);
}

static bool has_mark(pid_t pid, const char *id)
{
    char path[64];
    char wanted[128];
    AUTO_FREE char *text = memory_allocate(1, 65536);
    snprintf(path, sizeof path, "/proc/%d/environ", (int)pid);
    const int length = snprintf(wanted, sizeof wanted, "%s=%s", PROCESS_GROUP_MARK, id);
    const ssize_t size = read_file(path, text, 65536);
    for (ssize_t at = 0; at < size; at += (ssize_t)strlen(text + at) + 1)
        if (strncmp(text + at, wanted, (size_t)length + 1) == 0)
            return true;
    return false;
}

/* True when the orphan was dead and is gone now: nobody else waits for it. */
static bool reap_orphan(pid_t pid)
{
    siginfo_t about = {0};
    return waitid(P_PID, (id_t)pid, &about, WEXITED | WNOHANG) == 0 && about.si_pid == pid;
}

/* Orphans of containers are children of this process, as the leaders are. */
static void look_for_orphans(struct process_family *family, int64_t max_age, int64_t now)
{
    if (family->looked != 0 && now - family->looked < max_age)
        return;
    family->looked = now;
    free(family->orphans);
    family->orphans = memory_allocate(PROCESS_GROUP_MAXIMUM, sizeof *family->orphans);
    size_t count = 0, kept = 0;
    collect_children(getpid(), family->orphans, &count);
    for (size_t i = 0; i < count; i++)
        if (!holds(family->leaders, family->leader_count, family->orphans[i]) && !reap_orphan(family->orphans[i]))
            family->orphans[kept++] = family->orphans[i];
    family->orphan_count = kept;
}

static void collect_orphans(const struct process_group *group, pid_t *found, size_t *count)
{
    const struct process_family *family = group->family;
    for (size_t i = 0; i < family->orphan_count && *count < PROCESS_GROUP_MAXIMUM; i++)
        if (has_mark(family->orphans[i], group->id))
            found[(*count)++] = family->orphans[i];
}

static int compare_pids(const void *left, const void *right)
{
    const pid_t a = *(const pid_t *)left, b = *(const pid_t *)right;
    return (a > b) - (a < b);
}

static const struct process_member *find_member(const struct process_group *group, pid_t pid)
{
    for (size_t i = 0; i < group->count; i++)
        if (group->members[i].pid == pid)
            return &group->members[i];
    return NULL;
}

static void take_members(struct process_group *group, pid_t *found, size_t count)
{
    qsort(found, count, sizeof *found, compare_pids);
    struct process_member *members = memory_allocate(count + 1, sizeof *members);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && members[kept - 1].pid == found[i])
            continue;
        const struct process_member *before = find_member(group, found[i]);
        members[kept++] = (struct process_member){.pid = found[i], .cpu = before != NULL ? before->cpu : 0};
    }
    for (size_t i = 0; i < group->count; i++)
        if (bsearch(&group->members[i].pid, found, count, sizeof *found, compare_pids) == NULL)
            group->ended_cpu += group->members[i].cpu;
    free(group->members);
    group->members = members;
    group->count = kept;
}

/* CPU of children that the leader waited for: fields cutime and cstime of /proc/PID/stat, in ticks. */
static int64_t reaped_cpu(pid_t pid)
{
    char path[64];
    char text[1024];
    long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    if (read_file(path, text, sizeof text) <= 0)
        return 0;
    const char *fields = strrchr(text, ')');
    if (fields == NULL || sscanf(fields + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %ld %ld", &user, &system) != 2)
        return 0;
    return (int64_t)(user + system) * (NANOSECONDS_PER_SECOND / sysconf(_SC_CLK_TCK));
}

int64_t process_group_cpu(struct process_group *group)
{
    int64_t living = 0;
    for (size_t i = 0; i < group->count; i++) {
        struct process_member *member = &group->members[i];
        const int64_t cpu = read_cpu_clock(member->pid);
        if (cpu > member->cpu)
            member->cpu = cpu;
        living += member->cpu;
    }
    /* Ended processes are known from their last reading or from their parent's account: the greater is nearer. */
    const int64_t ended = group->reaped_cpu > group->ended_cpu ? group->reaped_cpu : group->ended_cpu;
    if (living + ended > group->highest)
        group->highest = living + ended;
    return group->highest;
}

static int64_t status_number(const char *text, const char *key)
{
    const char *at = strstr(text, key);
    return at == NULL ? 0 : strtoll(at + strlen(key), NULL, 10);
}

static bool read_status(pid_t pid, char *text, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    return read_file(path, text, size) > 0;
}

int64_t process_group_memory(const struct process_group *group)
{
    char text[4096];
    int64_t kibibytes = 0;
    for (size_t i = 0; i < group->count; i++)
        if (read_status(group->members[i].pid, text, sizeof text))
            kibibytes += status_number(text, "\nRssAnon:") + status_number(text, "\nRssShmem:");
    return kibibytes * 1024;
}

static int count_threads(const struct process_group *group)
{
    char text[4096];
    int64_t threads = 0;
    for (size_t i = 0; i < group->count; i++)
        if (read_status(group->members[i].pid, text, sizeof text))
            threads += status_number(text, "\nThreads:");
    return threads < 1 ? 1 : threads > 100000 ? 100000 : (int)threads;
}

void process_group_refresh(struct process_group *group, int64_t max_age, int64_t now)
{
    if (group->leader == 0 || (group->looked != 0 && now - group->looked < max_age))
        return;
    group->looked = now;
    AUTO_FREE pid_t *found = memory_allocate(PROCESS_GROUP_MAXIMUM, sizeof *found);
    size_t count = 0;
    found[count++] = group->leader;
    look_for_orphans(group->family, max_age, now);
    collect_orphans(group, found, &count);
    for (size_t i = 0; i < count; i++)
        collect_children(found[i], found, &count);
    take_members(group, found, count);
    group->reaped_cpu = reaped_cpu(group->leader);
    group->threads = count_threads(group);
}

void process_group_signal(const struct process_group *group, int signal_number)
{
    if (group->leader == 0)
        return;
    kill(-group->leader, signal_number);
    for (size_t i = 0; i < group->count; i++)
        if (group->members[i].pid != group->leader)
            kill(group->members[i].pid, signal_number);
}

/* Kills the adopted processes of the container; returns how many were found. What they leave behind is adopted in turn
 * and found by the next pass, which reaps the dead as well. */
static size_t kill_orphans(const struct process_group *group)
{
    const struct process_family *family = group->family;
    size_t found = 0;
    look_for_orphans(group->family, 0, clock_monotonic());
    for (size_t i = 0; i < family->orphan_count; i++) {
        const pid_t pid = family->orphans[i];
        if (find_member(group, pid) == NULL && getsid(pid) != group->leader && !has_mark(pid, group->id))
            continue;
        found++;
        kill(pid, SIGKILL);
    }
    return found;
}

void process_group_end(struct process_group *group)
{
    if (group->leader == 0)
        return;
    for (int pass = 0; pass < MOST_END_PASSES && kill_orphans(group) > 0; pass++)
        clock_sleep_until(clock_monotonic() + NANOSECONDS_PER_MILLISECOND);
    group->ended_cpu = group->highest;
    free(group->members);
    group->members = NULL;
    group->count = 0;
    process_family_release_child(group->family, group->leader);
    group->leader = 0;
}
