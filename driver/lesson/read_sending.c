#include "driver/lesson/read_sending.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/load/limits.h"

#define OLDEST_CONNECTION (24 * 3600 * NANOSECONDS_PER_SECOND)

/* reuse: {requests: N, age: T}, at least one of them. */
static int read_reuse_limits(const struct field_reader *reader, const struct yaml_node *reuse, struct load_spec *spec)
{
    static const char *const known[] = {"requests", "age", NULL};
    int requests = 0;
    if (field_mapping(reader, reuse, "reuse", known) < 0 ||
        field_integer(reader, reuse, "requests", false, 1, LOAD_MOST_REUSES, &requests) < 0 ||
        field_duration(reader, reuse, "age", false, NANOSECONDS_PER_MILLISECOND, OLDEST_CONNECTION, &spec->reuse_age) < 0)
        return -1;
    if (reuse->count == 0)
        return field_error(reader, reuse, "reuse: expected requests, age or both");
    spec->reuse = REUSE_LIMITED;
    spec->reuse_requests = (uint64_t)requests;
    return 0;
}

static int read_reuse(const struct field_reader *reader, const struct yaml_node *connections, struct load_spec *spec)
{
    static const char *const words[] = {"keep", "never", NULL};
    const struct yaml_node *reuse = yaml_get(connections, "reuse");
    int word = (int)spec->reuse;
    if (reuse != NULL && reuse->kind == YAML_MAPPING)
        return read_reuse_limits(reader, reuse, spec);
    if (field_word(reader, connections, "reuse", false, words, &word) < 0)
        return -1;
    spec->reuse = (enum load_reuse)word;
    return 0;
}

/* A closed model has as many connections as VUs. */
static int read_connections(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec)
{
    static const char *const of_open[] = {"reuse", "max", NULL};
    static const char *const of_closed[] = {"reuse", NULL};
    const struct yaml_node *connections = NULL;
    if (field_member(reader, node, "connections", YAML_MAPPING, false, &connections) < 0)
        return -1;
    if (connections == NULL)
        return 0;
    bool closed = load_executor_is_closed(spec->executor);
    if (field_mapping(reader, connections, "connections", closed ? of_closed : of_open) < 0 ||
        read_reuse(reader, connections, spec) < 0)
        return -1;
    return field_integer(reader, connections, "max", false, 1, LOAD_MOST_CONNECTIONS, &spec->maximum_connections);
}

static int read_words(const struct field_reader *reader, const struct yaml_node *load, struct load_spec *spec)
{
    int pacing = (int)spec->pacing;
    int io = (int)spec->io;
    int http = (int)spec->http;
    if (field_word(reader, load, "pacing", false, load_pacing_words, &pacing) < 0 ||
        field_word(reader, load, "io", false, load_io_words, &io) < 0 ||
        field_word(reader, load, "http", false, load_http_words, &http) < 0)
        return -1;
    spec->pacing = (enum load_pacing)pacing;
    spec->io = (enum load_io)io;
    spec->http = (enum load_http)http;
    return 0;
}

/* A path that does not begin at the root is one beside the lesson; others are those of the machine that sends. */
static int read_file(const struct field_reader *reader, const struct yaml_node *tls, const char *key, char **path)
{
    if (field_text(reader, tls, key, false, path) < 0)
        return -1;
    if (*path == NULL || (*path)[0] == '/')
        return 0;
    const char *slash = strrchr(reader->file, '/');
    char *beside = memory_format("%.*s%s", slash != NULL ? (int)(slash + 1 - reader->file) : 0, reader->file, *path);
    free(*path);
    *path = beside;
    return access(beside, R_OK) == 0 ? 0 : field_error(reader, yaml_get(tls, key), "%s: %s: %s", key, beside, strerror(errno));
}

static int check_tls(const struct field_reader *reader, const struct yaml_node *tls, const struct load_spec *spec)
{
    if (strncmp(load_spec_request(spec, 0).url, "https://", 8) != 0)
        return field_error(reader, tls, "tls: is for https:// URLs");
    if (spec->tls.key_file != NULL && spec->tls.certificate_file == NULL)
        return field_error(reader, tls, "tls: a key needs a certificate as well");
    if (spec->tls.server_name != NULL && !load_server_name_is_valid(spec->tls.server_name))
        return field_error(reader, yaml_get(tls, "serverName"), "serverName: expected a host's name, such as shop.test");
    return 0;
}

static int read_tls(const struct field_reader *reader, const struct yaml_node *load, struct load_spec *spec)
{
    static const char *const known[] = {"ca", "certificate", "key", "serverName", "insecure", NULL};
    static const char *const truths[] = {"false", "true", NULL};
    const struct yaml_node *tls = NULL;
    int insecure = 0;
    if (field_member(reader, load, "tls", YAML_MAPPING, false, &tls) < 0)
        return -1;
    if (tls == NULL)
        return 0;
    if (field_mapping(reader, tls, "tls", known) < 0 || read_file(reader, tls, "ca", &spec->tls.ca_file) < 0 ||
        read_file(reader, tls, "certificate", &spec->tls.certificate_file) < 0 ||
        read_file(reader, tls, "key", &spec->tls.key_file) < 0 ||
        field_text(reader, tls, "serverName", false, &spec->tls.server_name) < 0 ||
        field_word(reader, tls, "insecure", false, truths, &insecure) < 0)
        return -1;
    spec->tls.insecure = insecure == 1;
    return check_tls(reader, tls, spec);
}

static int read_dns(const struct field_reader *reader, const struct yaml_node *load, struct load_dns *dns)
{
    static const char *const known[] = {"ttl", "select", NULL};
    static const char *const selects[] = {"random", "roundRobin", "first", NULL};
    const struct yaml_node *node = NULL;
    int select = (int)dns->select;
    if (field_member(reader, load, "dns", YAML_MAPPING, false, &node) < 0)
        return -1;
    if (node == NULL)
        return 0;
    const struct yaml_node *ttl = yaml_get(node, "ttl");
    bool once = ttl != NULL && ttl->kind == YAML_SCALAR && strcmp(ttl->text, "inf") == 0;
    if (field_mapping(reader, node, "dns", known) < 0 || field_word(reader, node, "select", false, selects, &select) < 0 ||
        (!once && field_duration(reader, node, "ttl", false, LOAD_SHORTEST_DNS_TTL, LOAD_LONGEST_STAGE, &dns->ttl) < 0))
        return -1;
    dns->ttl = once ? 0 : dns->ttl;
    dns->select = (enum load_dns_select)select;
    return 0;
}

int lesson_read_sending(const struct field_reader *reader, const struct yaml_node *load, struct load_spec *spec)
{
    if (read_connections(reader, load, spec) < 0 || read_words(reader, load, spec) < 0 || read_tls(reader, load, spec) < 0 ||
        read_dns(reader, load, &spec->dns) < 0)
        return -1;
    if (field_integer(reader, load, "threads", false, 1, LOAD_MOST_THREADS, &spec->threads) < 0)
        return -1;
    return field_integer(reader, load, "redirects", false, 0, LOAD_MOST_REDIRECTS, &spec->redirects);
}
