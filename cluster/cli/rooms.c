#include "cluster/cli/rooms.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cluster/controllers/bootstrap.h"
#include "common/clock.h"
#include "common/memory.h"

#define NODE_NAME "lab"
#define PREFERRED_PORT 6443 /* kube-apiserver's; every cluster has an address of its own */

static struct node_interface node_interface_of(const struct cluster *cluster)
{
    return (struct node_interface){.kubelet = cluster->kubelet,
                                   .read_log = kubelet_read_log,
                                   .volume_path = kubelet_volume_path,
                                   .remove_volume = kubelet_remove_volume,
                                   .metrics = cluster->metrics,
                                   .pod_metrics = metrics_of_pods,
                                   .node_metrics = metrics_of_nodes,
                                   .scraper = cluster->scraper,
                                   .scraped_values = scraper_values,
                                   .scraped_names = scraper_names};
}

static int start_storage(struct cluster *cluster, struct error *error)
{
    cluster->slice = address_slice_claim(error);
    if (cluster->slice == NULL ||
        credentials_make(address_of_server(cluster->slice), clock_wall(), &cluster->credentials, error) != 0)
        return -1;
    cluster->store = store_create();
    cluster->registry = registry_open(cluster->store, cluster->slice);
    if (bootstrap_namespaces(cluster->registry, error) != 0 || bootstrap_roles(cluster->registry, error) != 0)
        return -1;
    if (bootstrap_storage_class(cluster->registry, error) != 0)
        return -1;
    registry_require_service_accounts(cluster->registry);
    return bootstrap_priority_classes(cluster->registry, error);
}

static int start_node(struct cluster *cluster, const struct cluster_options *options, const char *programs, struct error *error)
{
    AUTO_FREE char *root = memory_format("%s/node", options->folder);
    AUTO_FREE char *images = memory_format("%s/images", options->folder);
    if (mkdir(images, 0700) != 0)
        return error_set(error, "cannot make %s: %s", images, strerror(errno));
    const struct kubelet_options kubelet_options = {
        .registry = cluster->registry,
        .slice = cluster->slice,
        .credentials = &cluster->credentials,
        .periods = options->periods,
        .node_name = NODE_NAME,
        .node_count = options->node_count,
        .program_folder = programs,
        .image_folder = images,
        .root_folder = root,
        .cpu_millicores = options->node_cpu_millicores,
        .memory_bytes = options->node_memory_bytes,
    };
    cluster->kubelet = kubelet_start(&kubelet_options, error);
    if (cluster->kubelet == NULL)
        return -1;
    cluster->metrics = metrics_start(cluster->kubelet, cluster->registry, &options->periods, error);
    if (cluster->metrics == NULL)
        return -1;
    cluster->scraper = scraper_start(cluster->registry, options->periods.metric_resolution, error);
    return cluster->scraper == NULL ? -1 : 0;
}

static int start_control(struct cluster *cluster, const struct cluster_options *options, struct error *error)
{
    const struct controllers_options controllers_options = {
        .registry = cluster->registry,
        .periods = options->periods,
        .node = node_interface_of(cluster),
        .authority_certificate = cluster->credentials.authority_certificate,
        .controllers = options->controllers,
    };
    cluster->controllers = controllers_start(&controllers_options, error);
    if (cluster->controllers == NULL)
        return -1;
    cluster->proxy = proxy_start(cluster->registry, &options->periods, error);
    return cluster->proxy == NULL ? -1 : 0;
}

static int start_server(struct cluster *cluster, const struct cluster_options *options, struct error *error)
{
    struct server_options server_options = {
        .address = address_of_server(cluster->slice),
        .port = options->port != 0 ? options->port : PREFERRED_PORT,
        .registry = cluster->registry,
        .credentials = &cluster->credentials,
        .node = node_interface_of(cluster),
    };
    cluster->server = server_start(&server_options, error);
    if (cluster->server == NULL && options->port == 0) {
        server_options.port = 0;
        cluster->server = server_start(&server_options, error);
    }
    if (cluster->server == NULL)
        return -1;
    cluster->url = memory_format("https://%s:%u", server_options.address, server_port(cluster->server));
    return bootstrap_server(cluster->registry, server_options.address, server_port(cluster->server), error) != 0 ||
                   bootstrap_metrics_server(cluster->registry, error) != 0
               ? -1
               : 0;
}

int cluster_start(struct cluster *cluster, const struct cluster_options *options, const char *programs, const char *kubeconfig,
                  struct error *error)
{
    if (start_storage(cluster, error) != 0 || start_node(cluster, options, programs, error) != 0 ||
        start_control(cluster, options, error) != 0 || start_server(cluster, options, error) != 0)
        return -1;
    return credentials_write_kubeconfig(&cluster->credentials, kubeconfig, "hpalab", cluster->url, error);
}
void cluster_stop(struct cluster *cluster)
{
    if (cluster->server != NULL)
        server_stop(cluster->server);
    if (cluster->proxy != NULL)
        proxy_stop(cluster->proxy);
    if (cluster->controllers != NULL)
        controllers_stop(cluster->controllers);
    if (cluster->scraper != NULL)
        scraper_stop(cluster->scraper);
    if (cluster->metrics != NULL)
        metrics_stop(cluster->metrics);
    if (cluster->kubelet != NULL)
        kubelet_stop(cluster->kubelet);
    registry_close(cluster->registry);
    store_destroy(cluster->store);
    credentials_release(&cluster->credentials);
    if (cluster->slice != NULL)
        address_slice_release(cluster->slice);
    free(cluster->url);
    *cluster = (struct cluster){0};
}
