#include <string.h>

#include "cluster/api/kind.h"
#include "cluster/api/names.h"

static void check_port(const cJSON *port, const struct field_path *path, struct problems *problems)
{
    if (cJSON_IsString(port)) {
        const char *problem = name_port_problem(port->valuestring);
        if (problem != NULL)
            problem_invalid(problems, path, port, "%s", problem);
        return;
    }
    int64_t number = json_integer(port, 0);
    if (number < 1 || number > 65535)
        problem_invalid_integer(problems, path, number, "must be between 1 and 65535, inclusive");
}

static void check_exec(const cJSON *action, const struct field_path *path, struct problems *problems)
{
    if (cJSON_GetArraySize(json_get(action, "command")) == 0)
        problem_required(problems, PATH_CHILD(path, "command"), "");
}

static void check_http_get(const cJSON *action, const struct field_path *path, struct problems *problems)
{
    static const char *const schemes[] = {"HTTP", "HTTPS", NULL};
    const char *scheme = json_text(json_get(action, "scheme"), "");
    if (json_text(json_get(action, "path"), "")[0] == '\0')
        problem_required(problems, PATH_CHILD(path, "path"), "");
    check_port(json_get(action, "port"), PATH_CHILD(path, "port"), problems);
    if (strcmp(scheme, "HTTP") != 0 && strcmp(scheme, "HTTPS") != 0)
        problem_not_supported(problems, PATH_CHILD(path, "scheme"), scheme, schemes);
}

static void check_socket(const cJSON *action, const struct field_path *path, struct problems *problems)
{
    check_port(json_get(action, "port"), PATH_CHILD(path, "port"), problems);
}

/* Kubernetes takes it. Here a pod whose probes can never be asked would never be ready, so it is refused at once. */
static void check_grpc(const cJSON *action, const struct field_path *path, struct problems *problems)
{
    (void)action;
    problem_forbidden(problems, path, "this cluster asks no gRPC probes: use exec, httpGet or tcpSocket");
}

static void check_sleep(const cJSON *action, const struct field_path *path, struct problems *problems)
{
    int64_t seconds = json_integer(json_get(action, "seconds"), 0);
    if (seconds < 0)
        problem_invalid_integer(problems, PATH_CHILD(path, "seconds"), seconds, "must be non-negative");
}

/* Exactly one of the handlers, each with its own rules. */
static void check_handler(const cJSON *holder, const struct field_path *path, struct problems *problems)
{
    static const struct {
        const char *name;
        void (*check)(const cJSON *action, const struct field_path *path, struct problems *problems);
    } handlers[] = {
        {"exec", check_exec}, {"httpGet", check_http_get}, {"tcpSocket", check_socket},
        {"grpc", check_grpc}, {"sleep", check_sleep},
    };
    int found = 0;
    for (size_t i = 0; i < sizeof handlers / sizeof handlers[0]; i++) {
        const cJSON *action = json_get(holder, handlers[i].name);
        if (action == NULL)
            continue;
        if (found++ > 0)
            problem_forbidden(problems, PATH_CHILD(path, handlers[i].name), "may not specify more than 1 handler type");
        else
            handlers[i].check(action, PATH_CHILD(path, handlers[i].name), problems);
    }
    if (found == 0)
        problem_required(problems, path, "must specify a handler type");
}

void validate_probe(const cJSON *container, const char *which, const struct field_path *path, struct problems *problems)
{
    static const char *const numbers[] = {"initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold",
                                          "failureThreshold"};
    const cJSON *probe = json_get(container, which);
    if (probe == NULL)
        return;
    const struct field_path *here = PATH_CHILD(path, which);
    bool readiness = strcmp(which, "readinessProbe") == 0;
    check_handler(probe, here, problems);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        int64_t number = json_integer(json_get(probe, numbers[i]), 0);
        if (number < 0)
            problem_invalid_integer(problems, PATH_CHILD(here, numbers[i]), number, "must be greater than or equal to 0");
    }
    const cJSON *grace = json_get(probe, "terminationGracePeriodSeconds");
    if (grace != NULL && readiness)
        problem_invalid(problems, PATH_CHILD(here, "terminationGracePeriodSeconds"), grace,
                        "must not be set for readinessProbes");
    else if (grace != NULL && json_integer(grace, 0) <= 0)
        problem_invalid(problems, PATH_CHILD(here, "terminationGracePeriodSeconds"), grace, "must be greater than 0");
    int64_t successes = json_integer(json_get(probe, "successThreshold"), 0);
    if (!readiness && successes != 1)
        problem_invalid_integer(problems, PATH_CHILD(here, "successThreshold"), successes, "must be 1");
}

void validate_lifecycle(const cJSON *container, const struct field_path *path, struct problems *problems)
{
    static const char *const hooks[] = {"postStart", "preStop"};
    const struct field_path *here = PATH_CHILD(path, "lifecycle");
    for (size_t i = 0; i < sizeof hooks / sizeof hooks[0]; i++) {
        const cJSON *hook = json_get(container, "lifecycle", hooks[i]);
        if (hook != NULL)
            check_handler(hook, PATH_CHILD(here, hooks[i]), problems);
    }
}
