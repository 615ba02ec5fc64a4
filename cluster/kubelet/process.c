#include "cluster/kubelet/process.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/memory.h"

/* Higher than labcluster's own 0, so that the kernel ends a pod before the cluster. */
#define OOM_SCORE "500"

/* Where the child keeps the descriptor over which it tells why it could not start. */
#define REPORT_DESCRIPTOR 3

static void fail_start(int report) __attribute__((noreturn));

static void fail_start(int report)
{
    const int reason = errno;
    const ssize_t ignored = write(report, &reason, sizeof reason);
    (void)ignored;
    _exit(127);
}

/* All from here to exec runs in the child of a threaded process: nothing but async-signal-safe calls. */

/* By the system call, since the C library keeps its own two signals from sigaction() but may have inherited them as
 * ignored. All zero is the default in the kernel's struct sigaction, whose size differs between machines. */
static void default_signals(void)
{
    static const unsigned long standard[8];
    const size_t mask_size = (_NSIG - 1) / 8;
    sigset_t none;
    for (int number = 1; number < _NSIG; number++)
        (void)syscall(SYS_rt_sigaction, number, standard, NULL, mask_size);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void lower_claims(rlim_t open_files)
{
    /* Size 1 switches dumps off for files (smaller than any dump) and for pipes (the kernel's special case). */
    const struct rlimit core = {.rlim_cur = 1, .rlim_max = 1};
    setrlimit(RLIMIT_CORE, &core);
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && open_files < files.rlim_cur) {
        files.rlim_cur = open_files;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    const int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (score >= 0) {
        const ssize_t ignored = write(score, OOM_SCORE, strlen(OOM_SCORE));
        (void)ignored;
        close(score);
    }
}

/* Standard descriptors: nothing to read, output to the log; the report at 3, all others closed. */
static bool place_descriptors(const struct process_start *start, int report)
{
    const int output = fcntl(start->output, F_DUPFD_CLOEXEC, 10);
    const int reporting = fcntl(report, F_DUPFD_CLOEXEC, 10);
    /* Above the descriptors that are placed below, whichever were free here. */
    const int null_device = open("/dev/null", O_RDONLY | O_CLOEXEC);
    const int nothing = null_device < 0 ? -1 : fcntl(null_device, F_DUPFD_CLOEXEC, 10);
    if (output < 0 || reporting < 0 || nothing < 0)
        return false;
    if (dup2(reporting, REPORT_DESCRIPTOR) < 0 || fcntl(REPORT_DESCRIPTOR, F_SETFD, FD_CLOEXEC) < 0)
        return false;
    if (dup2(nothing, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0)
        return false;
    return syscall(SYS_close_range, REPORT_DESCRIPTOR + 1U, ~0U, 0U) == 0;
}

static void run_child(const struct process_start *start, pid_t parent, int report) __attribute__((noreturn));

static void run_child(const struct process_start *start, pid_t parent, int report)
{
    default_signals();
    setsid();
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
        fail_start(report);
    if (fchdir(start->working_folder) < 0)
        fail_start(report);
    lower_claims(start->open_files);
    umask(022);
    if (!place_descriptors(start, report))
        fail_start(report);
    execve(start->program, start->arguments, start->environment);
    fail_start(REPORT_DESCRIPTOR);
}

/* Waits until the child runs its program (end of file) or has told why not (an errno). */
static int read_report(int report)
{
    int reason = 0;
    ssize_t length;
    do
        length = read(report, &reason, sizeof reason);
    while (length < 0 && errno == EINTR);
    return length == (ssize_t)sizeof reason ? reason : 0;
}

pid_t process_spawn(const struct process_start *start, int *pidfd, struct error *error)
{
    int report[2];
    if (pipe2(report, O_CLOEXEC) < 0)
        return error_set(error, "%s (pipe)", strerror(errno));
    const pid_t parent = getpid();
    sigset_t all, before;
    sigfillset(&all);
    /* No handler of labcluster's may run in the child before the signals are reset. */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t pid = fork();
    if (pid == 0)
        run_child(start, parent, report[1]);
    const int fork_error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(report[1]);
    const int reason = pid < 0 ? fork_error : read_report(report[0]);
    close(report[0]);
    if (pid < 0)
        return error_set(error, "%s (fork)", strerror(reason));
    if (reason != 0) {
        waitpid(pid, NULL, 0);
        return error_set(error, "%s", strerror(reason));
    }
    *pidfd = (int)syscall(SYS_pidfd_open, pid, 0U);
    if (*pidfd < 0) {
        const int pidfd_error = errno;
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        return error_set(error, "%s (pidfd_open)", strerror(pidfd_error));
    }
    return pid;
}
