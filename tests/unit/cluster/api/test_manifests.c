/*
 * Every manifest of the lessons, found below manifests/: the API takes it in strict mode, in a namespace that enforces the
 * restricted Pod Security Standard, without a warning; and it keeps what the project promises of its manifests.
 */
#include <fts.h>

#include "common/yaml.h"
#include "tests/unit/cluster/api/server_fixture.h"

#define NAMESPACE "lesson"
#define MAXIMUM_FILE (1 << 20)
#define COMMON_LABEL "app.kubernetes.io/"

/* Of other people's definitions, which this cluster does not have. */
static const char *const foreign_groups[] = {"k6.io/", "monitoring.coreos.com/", NULL};

/* Files beside the manifests that are none: what Prometheus itself reads. */
static const char *const other_files[] = {"manifests/monitoring/prometheus.yml", NULL};

/* Where a lesson's point is that there are no requests. */
static const char *const without_requests[] = {"manifests/first-scale-up/no-requests/", NULL};

struct manifest {
    const char *path; /* the file's */
    const cJSON *object;
};

typedef void manifest_check(struct fixture *fixture, const struct manifest *manifest);

static bool starts_with_any(const char *text, const char *const *prefixes)
{
    for (; *prefixes != NULL; prefixes++)
        if (strncmp(text, *prefixes, strlen(*prefixes)) == 0)
            return true;
    return false;
}

static const char *kind_of_manifest(const struct manifest *manifest)
{
    return json_text(json_get(manifest->object, "kind"), "");
}

static size_t check_file(struct fixture *fixture, const char *path, manifest_check *check)
{
    struct error error = ERROR_NONE;
    AUTO_YAML struct yaml_documents documents = {0};
    size_t length = 0;
    AUTO_FREE char *text = file_read(path, MAXIMUM_FILE, &length, &error);
    if (text == NULL || yaml_parse(path, text, length, &documents, &error) < 0)
        fail_msg("%s", error.text);
    for (size_t i = 0; i < documents.count; i++) {
        AUTO_JSON cJSON *object = yaml_to_json(documents.roots[i]);
        const struct manifest manifest = {.path = path, .object = object};
        if (!starts_with_any(json_text(json_get(object, "apiVersion"), ""), foreign_groups))
            check(fixture, &manifest);
    }
    return documents.count;
}

static bool is_manifest(const FTSENT *entry)
{
    const char *dot = strrchr(entry->fts_name, '.');
    return entry->fts_info == FTS_F && dot != NULL && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0) &&
           strncmp(entry->fts_name, "kustomization.", strlen("kustomization.")) != 0;
}

static void check_all(struct fixture *fixture, manifest_check *check)
{
    char root[] = "manifests";
    char *const roots[] = {root, NULL};
    size_t count = 0;
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    assert_non_null(tree);
    for (FTSENT *entry = fts_read(tree); entry != NULL; entry = fts_read(tree)) {
        if (is_manifest(entry) && !starts_with_any(entry->fts_path, other_files))
            count += check_file(fixture, entry->fts_path, check);
    }
    fts_close(tree);
    assert_true(count >= 35);
}

/* ---- what the API says ---- */

static int fixture_open_restricted(void **state)
{
    if (fixture_open(state) != 0)
        return -1;
    fixture_create(*state, RESOURCE_NAMESPACES, "",
                   "{\"metadata\":{\"name\":\"" NAMESPACE "\",\"labels\":{\"pod-security.kubernetes.io/enforce\":\"restricted\","
                   "\"pod-security.kubernetes.io/warn\":\"restricted\"}}}");
    return 0;
}

static const struct resource *resource_of(const struct manifest *manifest)
{
    const char *wanted = json_text(json_get(manifest->object, "apiVersion"), "");
    const struct resource *resource;
    for (size_t i = 0; (resource = resource_served(i)) != NULL; i++) {
        char version[64];
        resource_api_version(resource, version);
        if (strcmp(version, wanted) == 0 && strcmp(resource->kind, kind_of_manifest(manifest)) == 0)
            return resource;
    }
    fail_msg("%s: this cluster has no %s %s", manifest->path, wanted, kind_of_manifest(manifest));
    return NULL;
}

static char *collection_path(const struct resource *resource)
{
    char version[64];
    resource_api_version(resource, version);
    return memory_format("/%s/%s%s/%s?dryRun=All&fieldValidation=Strict", resource->group[0] != '\0' ? "apis" : "api", version,
                         resource->namespaced ? "/namespaces/" NAMESPACE : "", resource->plural);
}

/* Tries to create an object and fails the test when it is refused or warned of. */
static void try(struct fixture *fixture, const struct manifest *manifest, const char *path, const cJSON *object)
{
    struct ask_texts texts;
    struct test_http_answer answer;
    char warning[2048];
    AUTO_FREE char *body = json_print(object);
    const struct ask ask = {.method = "POST", .path = path, .content_type = "application/json", .body = body};
    struct test_http_request request = ask_request(fixture, &ask, &texts);
    test_http_send(&request, &answer);
    test_http_header(&answer, "Warning", warning, sizeof warning);
    if (answer.status != 201)
        fail_msg("%s: %d %s", manifest->path, answer.status, answer.body.data);
    if (warning[0] != '\0')
        fail_msg("%s: %s", manifest->path, warning);
    test_http_release(&answer);
    ask_release(&texts);
}

static const cJSON *template_of(const cJSON *object)
{
    const cJSON *spec = json_get(object, "spec");
    const cJSON *of_job = json_get(spec, "jobTemplate", "spec", "template");
    return of_job != NULL ? of_job : json_get(spec, "template");
}

/* The pod of a template, with the volumes that a StatefulSet adds to it. */
static cJSON *pod_of_template(const cJSON *object)
{
    const cJSON *claim = NULL;
    cJSON *pod = json_copy(template_of(object));
    json_set_text(json_object_at(pod, "metadata"), "name", "tried");
    cJSON_ArrayForEach (claim, json_get(object, "spec", "volumeClaimTemplates")) {
        const char *name = json_text(json_get(claim, "metadata", "name"), "");
        cJSON *volume = cJSON_CreateObject();
        json_set_text(volume, "name", name);
        json_set_text(json_object_at(volume, "persistentVolumeClaim"), "claimName", name);
        cJSON_AddItemToArray(json_array_at(json_object_at(pod, "spec"), "volumes"), volume);
    }
    return pod;
}

static void check_taken(struct fixture *fixture, const struct manifest *manifest)
{
    const struct resource *resource = resource_of(manifest);
    AUTO_FREE char *path = collection_path(resource);
    try(fixture, manifest, path, manifest->object);
    if (template_of(manifest->object) == NULL)
        return;
    AUTO_JSON cJSON *pod = pod_of_template(manifest->object);
    AUTO_FREE char *pods = collection_path(resource_by_id(RESOURCE_PODS));
    try(fixture, manifest, pods, pod);
}

static void test_api_takes_them(void **state)
{
    check_all(*state, check_taken);
}

/* ---- what the project promises ---- */

static void check_labels(struct fixture *fixture, const struct manifest *manifest)
{
    static const char *const labels[] = {COMMON_LABEL "name", COMMON_LABEL "part-of"};
    const cJSON *template = template_of(manifest->object);
    (void)fixture;
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        if (json_get(manifest->object, "metadata", "labels", labels[i]) == NULL)
            fail_msg("%s: %s without the label %s", manifest->path, kind_of_manifest(manifest), labels[i]);
        if (template != NULL && json_get(template, "metadata", "labels", labels[i]) == NULL)
            fail_msg("%s: pods of a %s without the label %s", manifest->path, kind_of_manifest(manifest), labels[i]);
    }
}

static void test_labels(void **state)
{
    check_all(*state, check_labels);
}

static void check_container(const struct manifest *manifest, const cJSON *container)
{
    const char *name = json_text(json_get(container, "name"), "");
    const cJSON *requests = json_get(container, "resources", "requests");
    const bool has_requests = json_get(requests, "cpu") != NULL && json_get(requests, "memory") != NULL;
    if (!json_boolean(json_get(container, "securityContext", "readOnlyRootFilesystem"), false))
        fail_msg("%s: container %s: the root file system is not read-only", manifest->path, name);
    if (starts_with_any(manifest->path, without_requests) == has_requests)
        fail_msg("%s: container %s: requests", manifest->path, name);
}

static void check_pods(struct fixture *fixture, const struct manifest *manifest)
{
    const cJSON *spec = json_get(template_of(manifest->object), "spec");
    const cJSON *container = NULL;
    (void)fixture;
    if (spec == NULL)
        return;
    const bool has_account = json_get(spec, "serviceAccountName") != NULL;
    if (!has_account && json_boolean(json_get(spec, "automountServiceAccountToken"), true))
        fail_msg("%s: the pods get a token that they do not need", manifest->path);
    cJSON_ArrayForEach (container, json_get(spec, "initContainers"))
        check_container(manifest, container);
    cJSON_ArrayForEach (container, json_get(spec, "containers"))
        check_container(manifest, container);
}

static void test_pods(void **state)
{
    check_all(*state, check_pods);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_api_takes_them, fixture_open_restricted, fixture_close),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_pods),
    };
    return cmocka_run_group_tests_name("cluster/api/manifests", tests, NULL, NULL);
}
