#include "driver/cli/load_sending.h"

#include <string.h>

#include "common/duration.h"
#include "common/memory.h"
#include "driver/cli/option_values.h"
#include "driver/load/limits.h"

/* "keep", "never", "100" requests or "30s" */
static int read_reuse(const char *text, struct load_spec *spec, struct error *error)
{
    bool digits = strspn(text, "0123456789") == strlen(text);
    spec->reuse = REUSE_LIMITED;
    if (digits)
        return option_whole("reuse", text, 1, LOAD_MOST_REUSES, &spec->reuse_requests, error);
    if (duration_parse(text, &spec->reuse_age, NULL) == 0 && spec->reuse_age > 0 && spec->reuse_age <= LOAD_LONGEST_STAGE)
        return 0;
    if (strcmp(text, "keep") != 0 && strcmp(text, "never") != 0)
        return error_set(error, "--reuse: expected keep, never, a number of requests or an age such as 30s, not \"%.40s\"", text);
    spec->reuse = strcmp(text, "keep") == 0 ? REUSE_KEEP : REUSE_NEVER;
    return 0;
}

/* An option that may not be given: what was there stays. */
static int read_number(const char *option, const char *text, uint64_t lowest, uint64_t highest, int *number, struct error *error)
{
    uint64_t whole = 0;
    if (text == NULL)
        return 0;
    if (option_whole(option, text, lowest, highest, &whole, error) < 0)
        return -1;
    *number = (int)whole;
    return 0;
}

static int read_words(const struct load_texts *texts, struct load_spec *spec, struct error *error)
{
    int pacing = (int)spec->pacing;
    int io = (int)spec->io;
    int http = (int)spec->http;
    if ((texts->pacing != NULL && option_word("pacing", texts->pacing, load_pacing_words, &pacing, error) < 0) ||
        (texts->io != NULL && option_word("io", texts->io, load_io_words, &io, error) < 0) ||
        (texts->http != NULL && option_word("http", texts->http, load_http_words, &http, error) < 0))
        return -1;
    spec->pacing = (enum load_pacing)pacing;
    spec->io = (enum load_io)io;
    spec->http = (enum load_http)http;
    return 0;
}

/* One of ttl=T and select=WORD. */
static int read_dns_part(const char *part, struct load_dns *dns, struct error *error)
{
    static const char *const selects[] = {"random", "roundRobin", "first", NULL};
    int select = (int)dns->select;
    if (strcmp(part, "ttl=inf") == 0) {
        dns->ttl = 0;
        return 0;
    }
    if (strncmp(part, "ttl=", 4) == 0)
        return option_time("dns", part + 4, LOAD_SHORTEST_DNS_TTL, LOAD_LONGEST_STAGE, &dns->ttl, error);
    if (strncmp(part, "select=", 7) != 0)
        return error_set(error, "--dns: expected ttl=TIME, select=WORD or both with a comma, not \"%.40s\"", part);
    if (option_word("dns", part + 7, selects, &select, error) < 0)
        return -1;
    dns->select = (enum load_dns_select)select;
    return 0;
}

static int read_dns(const char *text, struct load_dns *dns, struct error *error)
{
    AUTO_FREE char *copy = memory_copy_text(text);
    char *rest = copy;
    for (const char *part = NULL; (part = strsep(&rest, ",")) != NULL;)
        if (read_dns_part(part, dns, error) < 0)
            return -1;
    return 0;
}

int load_sending_read(const struct load_texts *texts, struct load_spec *spec, struct error *error)
{
    if (read_words(texts, spec, error) < 0 || (texts->reuse != NULL && read_reuse(texts->reuse, spec, error) < 0) ||
        read_number("connections", texts->connections, 1, LOAD_MOST_CONNECTIONS, &spec->maximum_connections, error) < 0 ||
        read_number("threads", texts->threads, 1, LOAD_MOST_THREADS, &spec->threads, error) < 0 ||
        read_number("redirects", texts->redirects, 0, LOAD_MOST_REDIRECTS, &spec->redirects, error) < 0)
        return -1;
    if (texts->dns != NULL && read_dns(texts->dns, &spec->dns, error) < 0)
        return -1;
    if (texts->timeout == NULL)
        return 0;
    return option_time("timeout", texts->timeout, LOAD_SHORTEST_TIMEOUT, LOAD_LONGEST_TIMEOUT, &spec->timeout, error);
}
