#include "tests/integration/shared_cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/memory.h"
#include "common/yaml.h"
#include "tests/support/folder.h"

struct test_child *shared_cluster_begin(const struct shared_cluster *cluster, const char *kubeconfig,
                                        const char *const *arguments)
{
    AUTO_FREE char *variable = memory_format("KUBECONFIG=%s/%s", cluster->folder, kubeconfig);
    const char *const environment[] = {cluster->state, variable, "NO_COLOR=1", NULL};
    return test_child_start("hpalab", arguments, environment);
}

void shared_cluster_assert_ended(const struct test_ended *ended, int code, const char *says)
{
    if (ended->code != code || (strstr(ended->output, says) == NULL && strstr(ended->errors, says) == NULL))
        fail_msg("exit status %d, not %d with \"%s\"\n%s\n%s", ended->code, code, says, ended->output, ended->errors);
}

void shared_cluster_apply(const struct shared_cluster *cluster, const char *namespace, const char *name, const char *text)
{
    struct error error = ERROR_NONE;
    AUTO_YAML struct yaml_documents documents = {0};
    if (yaml_parse(name, text, strlen(text), &documents, &error) < 0)
        fail_msg("%s", error.text);
    for (size_t i = 0; i < documents.count; i++) {
        AUTO_JSON cJSON *object = yaml_to_json(documents.roots[i]);
        if (kube_apply(cluster->administrator, object, namespace, NULL, &error) < 0)
            fail_msg("%s: %s", name, error.text);
    }
}

void shared_cluster_up(struct shared_cluster *cluster, const char *nodes)
{
    struct error error = ERROR_NONE;
    cluster->folder = test_folder_create();
    cluster->state = memory_format("XDG_STATE_HOME=%s/state", cluster->folder);
    AUTO_ENDED struct test_ended up = shared_cluster_run(cluster, "none", "cluster", "up", "--nodes", nodes);
    shared_cluster_assert_ended(&up, 0, "export KUBECONFIG=");
    AUTO_FREE char *path = memory_format("%s/state/hpalab/cluster/kubeconfig", cluster->folder);
    AUTO_FREE char *text = test_folder_read_file(path);
    assert_non_null(text);
    cluster->kubeconfig = memory_format("%s/own", cluster->folder);
    test_folder_write_file(cluster->kubeconfig, text);
    cluster->administrator = kube_open(cluster->kubeconfig, NULL, &error);
    if (cluster->administrator == NULL)
        fail_msg("%s", error.text);
    kube_set_limit(cluster->administrator, 0);
}

void shared_cluster_down(struct shared_cluster *cluster)
{
    kube_close(cluster->administrator);
    struct test_ended ended = shared_cluster_run(cluster, "none", "cluster", "down");
    test_ended_release(&ended);
    test_folder_remove(cluster->folder);
    free(cluster->folder);
    free(cluster->state);
    free(cluster->kubeconfig);
}
