#include "cluster/supervisor/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cluster/supervisor/process_table.h"
#include "common/clock.h"
#include "common/memory.h"
#include "common/remove_folder.h"

#define MARKER ".hpalab-cluster"
#define MARKER_TEXT "This folder belongs to labcluster, which removes it when it ends.\n"

/* Processes that do not go even by SIGKILL (stuck in the kernel) are not waited for longer. */
#define LONGEST_END (10 * NANOSECONDS_PER_SECOND)
#define PASS_PAUSE (2 * NANOSECONDS_PER_MILLISECOND)

static const int passed_on[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};
#define PASSED_ON_COUNT (sizeof passed_on / sizeof passed_on[0])

int supervisor_mark(const char *folder, struct error *error)
{
    AUTO_CLOSE int directory = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (directory < 0)
        return error_set(error, "cannot open the folder %s: %s", folder, strerror(errno));
    AUTO_CLOSE int marker = openat(directory, MARKER, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (marker < 0 || write(marker, MARKER_TEXT, strlen(MARKER_TEXT)) != (ssize_t)strlen(MARKER_TEXT))
        return error_set(error, "cannot mark the folder %s: %s", folder, strerror(errno));
    return 0;
}

static bool is_marked(const char *folder)
{
    AUTO_CLOSE int directory = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat about;
    return directory >= 0 && fstatat(directory, MARKER, &about, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(about.st_mode) &&
           about.st_uid == geteuid();
}

/* Returns how many processes below this one are there; those that are no zombies get SIGKILL. */
static size_t kill_descendants(void)
{
    struct process_table table;
    process_table_read(&table);
    size_t found = 0;
    for (size_t i = 0; i < table.count; i++) {
        if (!process_table_is_below(&table, table.entries[i].pid, getpid()))
            continue;
        found++;
        if (table.entries[i].state != 'Z')
            kill(table.entries[i].pid, SIGKILL);
    }
    process_table_release(&table);
    return found;
}

static void end_descendants(void)
{
    const int64_t deadline = clock_monotonic() + LONGEST_END;
    while (kill_descendants() > 0 && clock_monotonic() < deadline) {
        pid_t reaped;
        do
            reaped = waitpid(-1, NULL, WNOHANG);
        while (reaped > 0 || (reaped < 0 && errno == EINTR));
        clock_sleep_until(clock_monotonic() + PASS_PAUSE);
    }
}

int supervisor_clean_up(const char *folder, struct error *error)
{
    end_descendants();
    return is_marked(folder) ? remove_folder(folder, error) : 0;
}

static void close_descriptors_but(int kept)
{
    if (kept > 3)
        syscall(SYS_close_range, 3U, (unsigned)kept - 1, 0U);
    syscall(SYS_close_range, (unsigned)(kept < 3 ? 3 : kept + 1), ~0U, 0U);
}

/* Reaps everything that ended, adopted orphans too; true with *wait_status when the cluster is among them. */
static bool reap(pid_t cluster, int *wait_status)
{
    bool ended = false;
    for (;;) {
        int one = 0;
        const pid_t pid = waitpid(-1, &one, WNOHANG);
        if (pid < 0 && errno == EINTR)
            continue;
        if (pid <= 0)
            return ended;
        if (pid == cluster) {
            *wait_status = one;
            ended = true;
        }
    }
}

static void supervise(pid_t cluster, const char *folder, const sigset_t *signals) __attribute__((noreturn));

static void supervise(pid_t cluster, const char *folder, const sigset_t *signals)
{
    prctl(PR_SET_NAME, "supervisor");
    int wait_status = 0;
    while (!reap(cluster, &wait_status)) {
        siginfo_t about;
        const int signal_number = sigwaitinfo(signals, &about);
        if (signal_number > 0 && signal_number != SIGCHLD && about.si_code != SI_KERNEL)
            kill(cluster, signal_number);
    }
    struct error error = ERROR_NONE;
    if (supervisor_clean_up(folder, &error) < 0)
        dprintf(STDERR_FILENO, "supervisor: %s\n", error.text);
    _exit(WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status));
}

/* The signals that ask for an orderly end stay blocked: one that comes before the cluster listens must not end it with
 * its folder left behind. */
static int become_cluster(pid_t supervisor, const char *folder, int lifeline_read, int *lifeline, struct error *error)
{
    sigset_t child_ended;
    sigemptyset(&child_ended);
    sigaddset(&child_ended, SIGCHLD);
    sigprocmask(SIG_UNBLOCK, &child_ended, NULL);
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0)
        return error_set(error, "cannot ask for a signal at the supervisor's death: %s", strerror(errno));
    if (getppid() != supervisor) {
        supervisor_clean_up(folder, NULL);
        return error_set(error, "the supervisor is gone already");
    }
    *lifeline = lifeline_read;
    return 0;
}

int supervisor_split(const char *folder, int *lifeline, struct error *error)
{
    int ends[2];
    sigset_t signals, before;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set(error, "cannot make the supervisor's pipe: %s", strerror(errno));
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    for (size_t i = 0; i < PASSED_ON_COUNT; i++)
        sigaddset(&signals, passed_on[i]);
    /* Blocked before the fork, so that no signal ends the supervisor before it listens. */
    sigprocmask(SIG_BLOCK, &signals, &before);
    signal(SIGCHLD, SIG_DFL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    const pid_t supervisor = getpid();
    const pid_t cluster = fork();
    if (cluster > 0) {
        close_descriptors_but(ends[1]);
        supervise(cluster, folder, &signals);
    }
    const int fork_error = errno;
    close(ends[1]);
    prctl(PR_SET_CHILD_SUBREAPER, 0);
    if (cluster < 0) {
        sigprocmask(SIG_SETMASK, &before, NULL);
        close(ends[0]);
        return error_set(error, "cannot fork: %s", strerror(fork_error));
    }
    return become_cluster(supervisor, folder, ends[0], lifeline, error);
}
