/* What a container says of its end: the file at its terminationMessagePath, or the end of its log. */
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cluster/kubelet/pod.h"
#include "cluster/kubelet/pod_folder.h"
#include "common/log.h"

/* The kubelet's. */
#define FILE_MAXIMUM 4096
#define LOG_MAXIMUM 2048
#define LOG_LINES 80

static const char *path_of(const struct container *container)
{
    return json_text(json_get(container->spec, "terminationMessagePath"), "");
}

void termination_message_prepare(const struct container *container)
{
    struct error error = ERROR_NONE;
    const char *path = path_of(container);
    if (path[0] != '\0' && pod_folder_write(container->pod->root, path, "", 0, 0666, &error) < 0)
        log_debug("kubelet", "no termination message of %s/%s: %s", container->pod->name, container->name, error.text);
}

/* Opens it without waiting: the container may have put anything in its place. */
static int open_file(const struct container *container)
{
    AUTO_FREE char *folder_path = memory_copy_text(path_of(container));
    AUTO_FREE char *name = memory_copy_text(path_of(container));
    AUTO_CLOSE int folder = pod_folder_open(container->pod->root, dirname(folder_path), NULL);
    struct stat about;
    int file = folder >= 0 ? openat(folder, basename(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1;
    if (file >= 0 && (fstat(file, &about) < 0 || !S_ISREG(about.st_mode)))
        memory_close_descriptor(&file);
    return file;
}

static char *read_file(const struct container *container)
{
    char text[FILE_MAXIMUM + 1] = "";
    AUTO_CLOSE int file = path_of(container)[0] != '\0' ? open_file(container) : -1;
    const ssize_t length = file >= 0 ? read(file, text, FILE_MAXIMUM) : 0;
    text[length > 0 ? length : 0] = '\0';
    return text[0] != '\0' ? memory_copy_text(text) : NULL;
}

static char *read_log_end(const struct container *container)
{
    const struct log_request request = {.tail_lines = LOG_LINES, .limit_bytes = -1};
    AUTO_BUFFER struct buffer text;
    buffer_init(&text, CONTAINER_LOG_MAXIMUM);
    container_log_read(container->log, &request, &text, NULL);
    const size_t skipped = text.length > LOG_MAXIMUM ? text.length - LOG_MAXIMUM : 0;
    return text.length > 0 ? memory_copy_text(text.data + skipped) : NULL;
}

char *termination_message_read(const struct container *container, int exit_code)
{
    const char *policy = json_text(json_get(container->spec, "terminationMessagePolicy"), "");
    char *message = read_file(container);
    if (message == NULL && exit_code != 0 && strcmp(policy, "FallbackToLogsOnError") == 0)
        message = read_log_end(container);
    return message;
}
