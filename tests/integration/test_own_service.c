/*
 * hpalab on a service of one's own: a namespace that exists, with a workload and its HPA, on a cluster that has nothing to do
 * with the run. What is recorded, what is changed and put back, what is asked, what it must be allowed.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/buffer.h"
#include "common/clock.h"
#include "common/file.h"
#include "common/json.h"
#include "common/memory.h"
#include "kube/kube.h"
#include "tests/integration/shared_cluster.h"
#include "tests/support/child.h"
#include "tests/support/folder.h"

#define HPA "/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers/webapp"

#define HEAD "apiVersion: hpalab/v1\nkind: Lesson\nmetadata: {name: shop}\nspec:\n  namespace: shop\n  watch: {hpa: webapp}\n"
#define LOAD                                                                                                                     \
    "  load:\n  - {name: visitors, executor: constant-arrival-rate, url: 'http://webapp:8080/post/1', rate: 20, duration: %s}\n"

static void apply(const struct shared_cluster *lab, const char *name, const char *text)
{
    shared_cluster_apply(lab, "shop", name, text);
}

static void apply_file(const struct shared_cluster *lab, const char *path)
{
    AUTO_FREE char *text = test_folder_read_file(path);
    assert_non_null(text);
    apply(lab, path, text);
}

/* The path of a lesson with this text behind the head; the caller frees it. */
static char *lesson(const struct shared_cluster *lab, const char *name, const char *text)
{
    AUTO_FREE char *whole = memory_format(HEAD "%s", text);
    char *path = memory_format("%s/%s.yaml", lab->folder, name);
    test_folder_write_file(path, whole);
    return path;
}

/* The spec of the HPA as text; the caller frees it. */
static char *hpa_spec(const struct shared_cluster *lab)
{
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    assert_int_equal(kube_request(lab->administrator, "GET", HPA, NULL, NULL, SHARED_CLUSTER_DEADLINE, &answer, NULL), 0);
    return json_print(json_get(answer.body, "spec"));
}

static void wait_for_pod(const struct shared_cluster *lab)
{
    int64_t deadline = clock_monotonic() + 3 * SHARED_CLUSTER_DEADLINE;
    for (;;) {
        AUTO_KUBE_ANSWER struct kube_answer answer = {0};
        (void)kube_request(lab->administrator, "GET", "/apis/apps/v1/namespaces/shop/deployments/webapp", NULL, NULL,
                           SHARED_CLUSTER_DEADLINE, &answer, NULL);
        if (json_integer(json_get(answer.body, "status", "availableReplicas"), 0) > 0)
            return;
        assert_true(clock_monotonic() < deadline);
        clock_sleep_until(clock_monotonic() + 100 * NANOSECONDS_PER_MILLISECOND);
    }
}

/* The same cluster also under a name that is nobody's laboratory. */
static void write_production(const struct shared_cluster *lab)
{
    AUTO_FREE char *text = test_folder_read_file(lab->kubeconfig);
    AUTO_FREE char *production = memory_format("%s/production", lab->folder);
    assert_non_null(text);
    AUTO_FREE char *renamed = memory_format("%s", text);
    const char *other = "\"prodct\"";
    for (char *at; (at = strstr(renamed, "\"hpalab\"")) != NULL;)
        for (size_t i = 0; other[i] != '\0'; i++)
            at[i] = other[i];
    test_folder_write_file(production, renamed);
}

static int set_up(void **state)
{
    struct shared_cluster *lab = memory_allocate(1, sizeof *lab);
    shared_cluster_up(lab, "1");
    *state = lab;
    write_production(lab);
    apply(lab, "namespace", "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n");
    apply_file(lab, "manifests/webapp/hpa/hpa.yaml");
    apply_file(lab, "tests/data/lessons/small/manifests/webapp.yaml");
    wait_for_pod(lab);
    return 0;
}

static int tear_down(void **state)
{
    struct shared_cluster *lab = *state;
    shared_cluster_down(lab);
    free(lab);
    return 0;
}

/* ---- recording ---- */

static bool wait_for_line(const struct test_child *child, const char *part)
{
    int64_t deadline = clock_monotonic() + 3 * SHARED_CLUSTER_DEADLINE;
    while (clock_monotonic() < deadline) {
        AUTO_FREE char *output = test_child_output(child);
        if (strstr(output, part) != NULL)
            return true;
        clock_sleep_until(clock_monotonic() + 50 * NANOSECONDS_PER_MILLISECOND);
    }
    return false;
}

/* What a k6 would have written that sends ten requests in a second, of a millisecond each. */
static void write_results(const char *path)
{
    char time[CLOCK_TEXT_SIZE];
    AUTO_BUFFER struct buffer text = {0};
    buffer_init(&text, 1 << 16);
    for (int i = 0; i < 10; i++) {
        (void)clock_format_microseconds(clock_wall() + NANOSECONDS_PER_SECOND + i * NANOSECONDS_PER_MILLISECOND, time);
        (void)buffer_append_format(&text,
                                   "{\"metric\":\"http_req_duration\",\"type\":\"Point\",\"data\":{\"time\":\"%s\",\"value\":1,"
                                   "\"tags\":{\"scenario\":\"ramp\",\"status\":\"200\"}}}\n",
                                   time);
    }
    test_folder_write_file(path, text.data);
}

static void test_a_recording_with_results_of_k6(void **state)
{
    const struct shared_cluster *lab = *state;
    AUTO_FREE char *run = memory_format("%s/recording", lab->folder);
    AUTO_FREE char *results = memory_format("%s/k6.json", lab->folder);
    struct test_child *child = shared_cluster_begin(
        lab, "own", (const char *const[]){"record", "--watch", "hpa/webapp", "-n", "shop", "--out", run, "--k6", results, NULL});
    assert_true(wait_for_line(child, "live: 0:00, replicas 1 ready of 1"));
    write_results(results);
    clock_sleep_until(clock_monotonic() + NANOSECONDS_PER_SECOND * 3 / 2);
    test_child_signal(child, SIGINT);
    AUTO_ENDED struct test_ended ended = test_child_finish(child, SHARED_CLUSTER_PATIENCE);
    shared_cluster_assert_ended(&ended, 0, "Requests answered             10");
    shared_cluster_assert_ended(&ended, 0, "Most pods                      1");
    shared_cluster_assert_ended(&ended, 0, "k6: 10 requests");
    AUTO_ENDED struct test_ended runs = shared_cluster_run(lab, "own", "runs", "--folder", lab->folder);
    shared_cluster_assert_ended(&runs, 0, "1 variants  complete");
}

static void test_a_recording_of_a_deployment(void **state)
{
    const struct shared_cluster *lab = *state;
    AUTO_FREE char *run = memory_format("%s/deployment", lab->folder);
    AUTO_ENDED struct test_ended ended = shared_cluster_run(lab, "own", "record", "--watch", "deployment/webapp",
                                                            "--namespace=shop", "--duration", "1s", "--out", run);
    shared_cluster_assert_ended(&ended, 0, "Most pods                      1");
    AUTO_ENDED struct test_ended wrong =
        shared_cluster_run(lab, "own", "record", "--watch", "hpa/cart", "-n", "shop", "--out", run);
    shared_cluster_assert_ended(&wrong, 1, "holds a run already");
    AUTO_FREE char *nothing = memory_format("%s/nothing", lab->folder);
    AUTO_ENDED struct test_ended none =
        shared_cluster_run(lab, "own", "record", "--watch", "hpa/cart", "-n", "shop", "--out", nothing);
    shared_cluster_assert_ended(&none, 1, "\"cart\" not found");
    AUTO_ENDED struct test_ended usage = shared_cluster_run(lab, "own", "record", "--run", run);
    shared_cluster_assert_ended(&usage, 2, "--run RUN goes with --k6 FILE alone");
}

/* ---- asking, and a ceiling ---- */

static void test_who_is_asked(void **state)
{
    const struct shared_cluster *lab = *state;
    AUTO_FREE char *load = memory_format("  variants: [{name: live}]\n" LOAD, "1s");
    AUTO_FREE char *path = lesson(lab, "asked", load);
    AUTO_FREE char *run = memory_format("%s/asked", lab->folder);
    AUTO_ENDED struct test_ended asked = shared_cluster_run(lab, "production", "run", path, "--target", "prodct", "--out", run);
    shared_cluster_assert_ended(&asked, 2, "context prodct (https://127.");
    shared_cluster_assert_ended(&asked, 2, "--yes says that it may be loaded");
    AUTO_ENDED struct test_ended high =
        shared_cluster_run(lab, "production", "run", path, "--target", "prodct", "--yes", "--max-rate", "19.5");
    shared_cluster_assert_ended(&high, 2, "sends up to 20 requests/s, more than --max-rate 19.5; nothing was sent");
    AUTO_ENDED struct test_ended embedded = shared_cluster_run(lab, "own", "run", path);
    shared_cluster_assert_ended(&embedded, 2, "which a new embedded cluster has not");
    assert_int_equal(access(run, F_OK), -1);
    AUTO_ENDED struct test_ended yes = shared_cluster_run(lab, "production", "run", path, "--target", "prodct", "--yes",
                                                          "--max-rate", "20", "--format", "junit", "--out", run);
    shared_cluster_assert_ended(&yes, 0, "Requests answered             20");
    AUTO_FREE char *junit = memory_format("%s/junit.xml", run);
    AUTO_FREE char *xml = test_folder_read_file(junit);
    assert_non_null(strstr(xml, "<testcase classname=\"shop.live\" name=\"comes to its end\"/>"));
}

/* ---- secrets ---- */

#define SECRET "s3cret-0f-the-sh0p"

/* No file of the run's folder holds the bytes. */
static void assert_nowhere(const char *folder, const char *bytes)
{
    static const char *const names[] = {"run.db", "report.html", "junit.xml"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        AUTO_FREE char *path = memory_format("%s/%s", folder, names[i]);
        size_t length = 0;
        AUTO_FREE char *text = file_read(path, SIZE_MAX / 2, &length, NULL);
        assert_non_null(text);
        assert_true(length > 100);
        if (memmem(text, length, bytes, strlen(bytes)) != NULL)
            fail_msg("it is in %s", path);
    }
}

static void test_a_secret_is_written_nowhere(void **state)
{
    const struct shared_cluster *lab = *state;
    AUTO_FREE char *run = memory_format("%s/secret", lab->folder);
    AUTO_FREE char *path =
        lesson(lab, "secret",
               "  variants: [{name: live}]\n  load:\n"
               "  - {name: visitors, executor: constant-arrival-rate, url: 'http://webapp:8080/post/1', rate: 10, duration: 1s,\n"
               "     headers: {Authorization: {prefix: 'Bearer ', valueFrom: {env: SHOP_TOKEN}}, X-Said: said-0penly}}\n");
    assert_int_equal(setenv("SHOP_TOKEN", SECRET, 1), 0);
    AUTO_ENDED struct test_ended ended =
        shared_cluster_run(lab, "own", "run", path, "--target", "hpalab", "--format", "junit", "--out", run);
    shared_cluster_assert_ended(&ended, 0, "Requests answered");
    assert_null(strstr(ended.output, SECRET));
    assert_null(strstr(ended.errors, SECRET));
    assert_nowhere(run, SECRET);
    AUTO_FREE char *database = memory_format("%s/run.db", run);
    size_t length = 0;
    AUTO_FREE char *bytes = file_read(database, SIZE_MAX / 2, &length, NULL);
    assert_non_null(memmem(bytes, length, "said-0penly", strlen("said-0penly"))); /* the lesson itself is there */
    assert_int_equal(unsetenv("SHOP_TOKEN"), 0);
    AUTO_ENDED struct test_ended unset = shared_cluster_run(lab, "own", "run", path, "--target", "hpalab");
    shared_cluster_assert_ended(&unset, 2, "headers: the environment variable SHOP_TOKEN is not set");
}

/* ---- changing a live HPA ---- */

static void wait_for_change(const struct shared_cluster *lab, const char *original)
{
    int64_t deadline = clock_monotonic() + 3 * SHARED_CLUSTER_DEADLINE;
    for (bool changed = false; !changed;) {
        AUTO_FREE char *now = hpa_spec(lab);
        changed = strcmp(now, original) != 0;
        assert_true(clock_monotonic() < deadline);
        clock_sleep_until(clock_monotonic() + 20 * NANOSECONDS_PER_MILLISECOND);
    }
}

#define CHANGED "  variants: [{name: changed, behavior: {scaleDown: {stabilizationWindowSeconds: 7}}, patch: {maxReplicas: 4}}]\n"

/* A run that is killed while the HPA is changed; the folder of the run, which the caller frees. */
static char *kill_while_changed(const struct shared_cluster *lab, const char *name, const char *original)
{
    AUTO_FREE char *text = memory_format(CHANGED LOAD, "60s");
    AUTO_FREE char *path = lesson(lab, name, text);
    char *run = memory_format("%s/%s", lab->folder, name);
    struct test_child *child =
        shared_cluster_begin(lab, "own", (const char *const[]){"run", path, "--target", "hpalab", "--out", run, NULL});
    wait_for_change(lab, original);
    test_child_signal(child, SIGKILL);
    AUTO_ENDED struct test_ended ended = test_child_finish(child, SHARED_CLUSTER_PATIENCE);
    assert_int_equal(ended.code, -SIGKILL);
    AUTO_FREE char *now = hpa_spec(lab);
    assert_non_null(strstr(now, "\"stabilizationWindowSeconds\":7"));
    assert_non_null(strstr(now, "\"maxReplicas\":4"));
    return run;
}

static void assert_original(const struct shared_cluster *lab, const char *original)
{
    AUTO_FREE char *now = hpa_spec(lab);
    assert_string_equal(now, original);
}

static void test_a_change_is_put_back_by_the_run(void **state)
{
    const struct shared_cluster *lab = *state;
    AUTO_FREE char *original = hpa_spec(lab);
    AUTO_FREE char *text = memory_format(CHANGED LOAD, "60s");
    AUTO_FREE char *path = lesson(lab, "changing", text);
    AUTO_FREE char *run = memory_format("%s/changing", lab->folder);
    struct test_child *child =
        shared_cluster_begin(lab, "own", (const char *const[]){"run", path, "--target", "hpalab", "--out", run, NULL});
    wait_for_change(lab, original);
    test_child_signal(child, SIGINT);
    AUTO_ENDED struct test_ended ended = test_child_finish(child, SHARED_CLUSTER_PATIENCE);
    shared_cluster_assert_ended(&ended, 130, "ended early");
    assert_original(lab, original);
    AUTO_ENDED struct test_ended restore = shared_cluster_run(lab, "own", "restore", run);
    shared_cluster_assert_ended(&restore, 0, "There is nothing to put back");
}

static void test_a_change_is_put_back_after_a_kill(void **state)
{
    const struct shared_cluster *lab = *state;
    AUTO_FREE char *original = hpa_spec(lab);
    AUTO_FREE char *run = kill_while_changed(lab, "killed", original);
    AUTO_ENDED struct test_ended restore = shared_cluster_run(lab, "own", "restore", run);
    shared_cluster_assert_ended(&restore, 0, "webapp is as it was before the run");
    assert_original(lab, original);
    AUTO_ENDED struct test_ended again = shared_cluster_run(lab, "own", "restore", run);
    shared_cluster_assert_ended(&again, 0, "There is nothing to put back");
}

static void test_what_somebody_else_has_changed_is_left(void **state)
{
    const struct shared_cluster *lab = *state;
    AUTO_FREE char *original = hpa_spec(lab);
    AUTO_FREE char *run = kill_while_changed(lab, "conflict", original);
    assert_int_equal(kube_request(lab->administrator, "PATCH", HPA, "application/merge-patch+json",
                                  "{\"spec\":{\"maxReplicas\":9}}", SHARED_CLUSTER_DEADLINE, NULL, NULL),
                     0);
    AUTO_ENDED struct test_ended refused = shared_cluster_run(lab, "own", "restore", run);
    shared_cluster_assert_ended(&refused, 1, "somebody else has changed it since (spec: maxReplicas)");
    AUTO_FREE char *now = hpa_spec(lab);
    assert_non_null(strstr(now, "\"maxReplicas\":9"));
    AUTO_ENDED struct test_ended forced = shared_cluster_run(lab, "own", "restore", run, "--force");
    shared_cluster_assert_ended(&forced, 0, "is as it was before the run");
    assert_original(lab, original);
}

/* ---- what it must be allowed ---- */

#define RULES_MAXIMUM 30
#define ROLES "/apis/rbac.authorization.k8s.io/v1/namespaces/shop/roles"

/* A run by a service account of its own: NAME's kubeconfig acts as it, and its role is what `hpalab rbac` prints but for a
 * rule, or one verb of it. */
struct account {
    char name[24];
    char *run, *rule;
    struct test_child *child;
};

static void write_account(const struct shared_cluster *lab, const char *name)
{
    AUTO_FREE char *text = test_folder_read_file(lab->kubeconfig);
    AUTO_FREE char *path = memory_format("%s/%s", lab->folder, name);
    const char *user = strstr(text, "    token: ");
    assert_non_null(user);
    AUTO_FREE char *as = memory_format("%.*s    as: system:serviceaccount:shop:%s\n%s", (int)(user - text), text, name, user);
    test_folder_write_file(path, as);
}

static struct kube_answer get_role(const struct shared_cluster *lab, const char *name)
{
    AUTO_FREE char *path = memory_format(ROLES "/%s", name);
    struct kube_answer role = {0};
    assert_int_equal(kube_request(lab->administrator, "GET", path, NULL, NULL, SHARED_CLUSTER_DEADLINE, &role, NULL), 0);
    return role;
}

/* Takes a rule from the account's role, or (verb not -1) a verb from it; what was taken, as text, is the caller's. */
static char *reduce_role(const struct shared_cluster *lab, const char *name, int number, int verb)
{
    struct error error = ERROR_NONE;
    AUTO_FREE char *path = memory_format(ROLES "/%s", name);
    AUTO_KUBE_ANSWER struct kube_answer role = get_role(lab, name);
    cJSON *rules = json_array_at(role.body, "rules");
    cJSON *verbs = json_array_at(cJSON_GetArrayItem(rules, number), "verbs");
    char *taken = json_print(cJSON_GetArrayItem(rules, number));
    if (verb < 0 || cJSON_GetArraySize(verbs) == 1)
        cJSON_DeleteItemFromArray(rules, number);
    else
        cJSON_DeleteItemFromArray(verbs, verb);
    AUTO_FREE char *text = json_print(role.body);
    if (kube_request(lab->administrator, "PUT", path, "application/json", text, SHARED_CLUSTER_DEADLINE, NULL, &error) < 0)
        fail_msg("%s", error.text);
    return taken;
}

/* An account of the name for a lesson. rule: the number of one that it lacks, or (verb not -1) of whose verbs it lacks one; -1 =
 * it has them all. */
static struct account make_account(const struct shared_cluster *lab, const char *lesson_path, const char *kind, int rule,
                                   int verb)
{
    struct account account = {0};
    (void)snprintf(account.name, sizeof account.name, "%s-%d-%d", kind, rule + 1, verb + 1);
    account.run = memory_format("%s/run-%s", lab->folder, account.name);
    AUTO_ENDED struct test_ended rbac = shared_cluster_run(lab, "own", "rbac", lesson_path, "--name", account.name);
    shared_cluster_assert_ended(&rbac, 0, "kind: Role");
    apply(lab, "rbac", rbac.output);
    write_account(lab, account.name);
    account.rule = rule < 0 ? NULL : reduce_role(lab, account.name, rule, verb);
    return account;
}

static void start_run(const struct shared_cluster *lab, struct account *account, const char *lesson_path)
{
    account->child = shared_cluster_begin(
        lab, account->name, (const char *const[]){"run", lesson_path, "--target", "hpalab", "--out", account->run, NULL});
}

static void check_that_it_is_missed(struct account *account)
{
    AUTO_ENDED struct test_ended ended = test_child_finish(account->child, SHARED_CLUSTER_PATIENCE);
    if (ended.code != 1 || (strstr(ended.errors, "403 Forbidden") == NULL && strstr(ended.errors, "no permission to") == NULL))
        fail_msg("without %s: exit status %d, %s", account->rule, ended.code, ended.errors);
}

static void account_release(struct account *account)
{
    free(account->run);
    free(account->rule);
}

/* None of them can run the lesson, each says why. */
static void run_and_miss(const struct shared_cluster *lab, const char *lesson_path, struct account *accounts, int count)
{
    for (int i = 0; i < count; i++)
        start_run(lab, &accounts[i], lesson_path);
    for (int i = 0; i < count; i++) {
        check_that_it_is_missed(&accounts[i]);
        account_release(&accounts[i]);
    }
}

static void test_exactly_the_printed_rules(void **state)
{
    const struct shared_cluster *lab = *state;
    AUTO_FREE char *text = memory_format(CHANGED LOAD, "1s");
    AUTO_FREE char *path = lesson(lab, "account", text);
    AUTO_FREE char *original = hpa_spec(lab);
    struct account whole = make_account(lab, path, "changing", -1, -1);
    start_run(lab, &whole, path);
    AUTO_ENDED struct test_ended ended = test_child_finish(whole.child, SHARED_CLUSTER_PATIENCE);
    shared_cluster_assert_ended(&ended, 0, "Requests answered                20");
    AUTO_KUBE_ANSWER struct kube_answer role = get_role(lab, whole.name);
    account_release(&whole);
    struct account accounts[RULES_MAXIMUM];
    const int count = cJSON_GetArraySize(json_get(role.body, "rules"));
    assert_in_range(count, 11, RULES_MAXIMUM);
    for (int i = 0; i < count; i++)
        accounts[i] = make_account(lab, path, "changing", i, -1);
    run_and_miss(lab, path, accounts, count);
    assert_original(lab, original);
}

#define GENERATING                                                                                                               \
    "  variants:\n  - {name: job, generators: {parallelism: 2, resources: {requests: {cpu: 50m}}}}\n"                            \
    "  - {name: deployment, generators: {kind: Deployment, parallelism: 2, resources: {requests: {cpu: 50m}}}}\n"

static bool has_verb(const cJSON *rule, const char *name)
{
    const cJSON *verb = NULL;
    cJSON_ArrayForEach (verb, json_get(rule, "verbs"))
        if (strcmp(json_text(verb, ""), name) == 0)
            return true;
    return false;
}

/* With generators: each verb of the rules by which they are made, told, asked and removed. */
static void test_exactly_the_printed_rules_for_generators(void **state)
{
    const struct shared_cluster *lab = *state;
    AUTO_FREE char *text = memory_format(GENERATING LOAD, "1s");
    AUTO_FREE char *path = lesson(lab, "generating", text);
    struct account whole = make_account(lab, path, "generating", -1, -1);
    start_run(lab, &whole, path);
    AUTO_ENDED struct test_ended ended = test_child_finish(whole.child, SHARED_CLUSTER_PATIENCE);
    shared_cluster_assert_ended(&ended, 0, "Generators of deployment");
    AUTO_KUBE_ANSWER struct kube_answer role = get_role(lab, whole.name);
    account_release(&whole);
    struct account accounts[RULES_MAXIMUM];
    int count = 0;
    int number = 0;
    const cJSON *rule = NULL;
    cJSON_ArrayForEach (rule, json_get(role.body, "rules")) {
        const int verbs = has_verb(rule, "create") ? cJSON_GetArraySize(json_get(rule, "verbs")) : 0;
        for (int verb = 0; verb < verbs && count < RULES_MAXIMUM; verb++)
            accounts[count++] = make_account(lab, path, "generating", number, verb);
        number++;
    }
    assert_int_equal(count, 10); /* of Jobs, Deployments, Secrets and the pods' proxy */
    run_and_miss(lab, path, accounts, count);
}

/* ---- what is left ---- */

static void test_clean_takes_what_is_ours(void **state)
{
    const struct shared_cluster *lab = *state;
    apply(lab, "left",
          "apiVersion: v1\nkind: Namespace\n"
          "metadata: {name: hpalab-left-one, labels: {hpalab/run: r1, hpalab/lesson: left}}\n"
          "---\napiVersion: v1\nkind: Secret\n"
          "metadata: {name: generators, labels: {hpalab/run: r1, hpalab/lesson: left}}\n"
          "---\napiVersion: v1\nkind: Secret\nmetadata: {name: ours, labels: {app.kubernetes.io/managed-by: hpalab}}\n");
    AUTO_ENDED struct test_ended refused = shared_cluster_run(lab, "production", "clean");
    shared_cluster_assert_ended(&refused, 2, "namespace hpalab-left-one (lesson left, run r1, ");
    shared_cluster_assert_ended(&refused, 2, "--yes says so");
    AUTO_ENDED struct test_ended removed = shared_cluster_run(lab, "production", "clean", "--yes");
    shared_cluster_assert_ended(&removed, 0, "removed namespace hpalab-left-one");
    shared_cluster_assert_ended(&removed, 0, "removed secret generators in shop");
    assert_null(strstr(removed.output, "ours"));
    AUTO_ENDED struct test_ended nothing = shared_cluster_run(lab, "own", "clean");
    shared_cluster_assert_ended(&nothing, 0, "Nothing of hpalab is left on hpalab");
    assert_int_equal(kube_request(lab->administrator, "GET", "/api/v1/namespaces/shop/secrets/ours", NULL, NULL,
                                  SHARED_CLUSTER_DEADLINE, NULL, NULL),
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_recording_with_results_of_k6),
        cmocka_unit_test(test_a_recording_of_a_deployment),
        cmocka_unit_test(test_who_is_asked),
        cmocka_unit_test(test_a_secret_is_written_nowhere),
        cmocka_unit_test(test_a_change_is_put_back_by_the_run),
        cmocka_unit_test(test_a_change_is_put_back_after_a_kill),
        cmocka_unit_test(test_what_somebody_else_has_changed_is_left),
        cmocka_unit_test(test_exactly_the_printed_rules),
        cmocka_unit_test(test_exactly_the_printed_rules_for_generators),
        cmocka_unit_test(test_clean_takes_what_is_ours),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
