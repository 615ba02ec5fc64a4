#include "driver/run/service.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"

#define TRY_AGAIN (50 * NANOSECONDS_PER_MILLISECOND)

int service_resolve(struct kube_client *client, const char *namespace, const char *host, char address[SERVICE_ADDRESS_SIZE],
                    struct error *error)
{
    address[0] = '\0';
    if (strspn(host, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(host))
        return 0;
    AUTO_FREE char *path = memory_format("/api/v1/namespaces/%s/services/%s", namespace, host);
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    if (kube_request(client, "GET", path, NULL, NULL, 10 * NANOSECONDS_PER_SECOND, &answer, error) < 0)
        return answer.code == 404 ? 0 : -1;
    const char *cluster_ip = json_text(json_get(answer.body, "spec", "clusterIP"), "");
    if (cluster_ip[0] == '\0' || strcmp(cluster_ip, "None") == 0)
        return error_set(error, "service \"%s\" has no cluster IP", host);
    (void)snprintf(address, SERVICE_ADDRESS_SIZE, "%s", cluster_ip);
    return 0;
}

static enum service_answer try_connection(const struct sockaddr_in *to, int64_t deadline)
{
    AUTO_CLOSE int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return SERVICE_SILENT;
    if (connect(descriptor, (const struct sockaddr *)to, sizeof *to) == 0)
        return SERVICE_CONNECTS;
    if (errno != EINPROGRESS)
        return errno == ECONNREFUSED ? SERVICE_REFUSES : SERVICE_SILENT;
    int64_t left = deadline - clock_monotonic();
    struct pollfd wait = {.fd = descriptor, .events = POLLOUT};
    if (left <= 0 || poll(&wait, 1, (int)(left / NANOSECONDS_PER_MILLISECOND) + 1) <= 0)
        return SERVICE_SILENT;
    int code = -1;
    socklen_t size = sizeof code;
    if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) < 0)
        return SERVICE_SILENT;
    return code == 0 ? SERVICE_CONNECTS : code == ECONNREFUSED ? SERVICE_REFUSES : SERVICE_SILENT;
}

enum service_answer service_try(const char *address, uint16_t port, int64_t deadline)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (inet_pton(AF_INET, address, &to.sin_addr) != 1)
        return SERVICE_SILENT;
    for (;;) {
        enum service_answer answer = try_connection(&to, deadline);
        if (answer == SERVICE_CONNECTS || clock_monotonic() + TRY_AGAIN >= deadline)
            return answer;
        clock_sleep_until(clock_monotonic() + TRY_AGAIN);
    }
}
