#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "kube/client.h"

#define MAXIMUM_GROUPS 100
/* An answer older than this is asked for again when a kind is not in it: kinds can be added to a cluster. */
#define FRESH (5 * NANOSECONDS_PER_SECOND)

struct discovered_group {
    struct discovered_group *next;
    char *api_version;
    cJSON *resources; /* APIResourceList */
    int64_t time;
};

static void group_free(struct discovered_group *group)
{
    cJSON_Delete(group->resources);
    free(group->api_version);
    free(group);
}

void discovery_release(struct kube_client *client)
{
    while (client->groups != NULL) {
        struct discovered_group *group = client->groups;
        client->groups = group->next;
        group_free(group);
    }
}

/* Takes a group out of the cache's list; NULL when it is not there. */
static struct discovered_group *take_out(struct kube_client *client, const char *api_version)
{
    for (struct discovered_group **at = &client->groups; *at != NULL; at = &(*at)->next) {
        if (strcmp((*at)->api_version, api_version) == 0) {
            struct discovered_group *group = *at;
            *at = group->next;
            return group;
        }
    }
    return NULL;
}

/* Puts a group in front and drops the one that was used least recently when there are too many. */
static void put_in_front(struct kube_client *client, struct discovered_group *group)
{
    group->next = client->groups;
    client->groups = group;
    struct discovered_group *at = group;
    for (int i = 1; at != NULL && i < MAXIMUM_GROUPS; i++)
        at = at->next;
    if (at != NULL && at->next != NULL) {
        group_free(at->next);
        at->next = NULL;
    }
}

/* The entry of a kind, subresources left out ("deployments/scale" has kind Scale of another group). */
static const cJSON *find_kind(const cJSON *list, const char *kind)
{
    const cJSON *resource = NULL;
    cJSON_ArrayForEach (resource, json_get(list, "resources")) {
        const char *name = json_text(json_get(resource, "name"), "");
        if (strcmp(json_text(json_get(resource, "kind"), ""), kind) == 0 && name[0] != '\0' && strchr(name, '/') == NULL)
            return resource;
    }
    return NULL;
}

static char *group_path(const char *api_version)
{
    return memory_format(strchr(api_version, '/') == NULL ? "/api/%s" : "/apis/%s", api_version);
}

static struct discovered_group *ask(struct kube_client *client, const char *api_version, struct error *error)
{
    AUTO_FREE char *path = group_path(api_version);
    AUTO_KUBE_ANSWER struct kube_answer answer = {.code = 0};
    if (kube_request(client, "GET", path, NULL, NULL, KUBE_DEADLINE, &answer, error) < 0) {
        if (answer.code == 404)
            (void)error_set(error, "the cluster does not serve apiVersion \"%s\"", api_version);
        return NULL;
    }
    if (!cJSON_IsArray(json_get(answer.body, "resources"))) {
        (void)error_set(error, "%s%s: the answer is no APIResourceList", kube_server(client), path);
        return NULL;
    }
    struct discovered_group *group = memory_allocate(1, sizeof *group);
    group->api_version = memory_copy_text(api_version);
    group->resources = steal_pointer(&answer.body);
    group->time = clock_monotonic();
    return group;
}

/* Characters that cannot change what a path means. */
static bool is_path_safe(const char *text, const char *also)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (!isalnum((unsigned char)*at) && *at != '-' && *at != '_' && strchr(also, *at) == NULL)
            return false;
    }
    return text[0] != '\0' && strstr(text, "..") == NULL && text[0] != '/' && text[0] != '.';
}

static int check_names(const char *api_version, const char *kind, const char *namespace, struct error *error)
{
    const char *slash = strchr(api_version, '/');
    if (!is_path_safe(api_version, "./") || (slash != NULL && (strchr(slash + 1, '/') != NULL || slash[1] == '\0')))
        return error_set(error, "apiVersion \"%.80s\" is malformed", api_version);
    if (!is_path_safe(kind, ""))
        return error_set(error, "kind \"%.80s\" is malformed", kind);
    if (namespace != NULL && namespace[0] != '\0' && !is_path_safe(namespace, ""))
        return error_set(error, "namespace \"%.80s\" is malformed", namespace);
    return 0;
}

static char *make_path(const char *api_version, const cJSON *resource, const char *namespace, struct error *error)
{
    const char *plural = json_text(json_get(resource, "name"), "");
    if (!is_path_safe(plural, ".")) {
        (void)error_set(error, "apiVersion %s: the cluster's discovery names a malformed resource", api_version);
        return NULL;
    }
    AUTO_FREE char *base = group_path(api_version);
    bool within = namespace != NULL && namespace[0] != '\0' && json_boolean(json_get(resource, "namespaced"), false);
    return within ? memory_format("%s/namespaces/%s/%s", base, namespace, plural) : memory_format("%s/%s", base, plural);
}

/* With the mutex held: the resource's entry in the cache, asked for when it is not there. */
static const cJSON *discover(struct kube_client *client, const char *api_version, const char *kind, struct error *error)
{
    struct discovered_group *group = take_out(client, api_version);
    bool stale = group != NULL && find_kind(group->resources, kind) == NULL && clock_monotonic() - group->time > FRESH;
    if (group == NULL || stale) {
        struct discovered_group *fresh = ask(client, api_version, error);
        if (group != NULL)
            group_free(group);
        if (fresh == NULL)
            return NULL;
        group = fresh;
    }
    put_in_front(client, group);
    const cJSON *resource = find_kind(group->resources, kind);
    if (resource == NULL)
        (void)error_set(error, "the cluster does not know kind \"%s\" of apiVersion \"%s\"", kind, api_version);
    return resource;
}

char *kube_collection_path(struct kube_client *client, const char *api_version, const char *kind, const char *namespace,
                           struct error *error)
{
    if (check_names(api_version, kind, namespace, error) < 0)
        return NULL;
    (void)pthread_mutex_lock(&client->discovery_mutex);
    const cJSON *resource = discover(client, api_version, kind, error);
    char *path = resource != NULL ? make_path(api_version, resource, namespace, error) : NULL;
    (void)pthread_mutex_unlock(&client->discovery_mutex);
    return path;
}
