#include "driver/load/transport.h"

#include "driver/load/curl_transport.h"
#include "driver/load/lean_transport.h"

struct transport *load_transport_create(enum load_transport wanted, const struct transport_options *options, struct error *error)
{
    bool lean = lean_transport_serves(options);
    if (wanted == TRANSPORT_LEAN && !lean) {
        (void)error_set(error, "the lean transport cannot send to %s", options->url->text);
        return NULL;
    }
    return lean && wanted != TRANSPORT_CURL ? lean_transport_create(options, error) : curl_transport_create(options, error);
}

bool transport_is_last(const struct load_spec *spec, uint64_t requests, int64_t age)
{
    if (spec->reuse != REUSE_LIMITED)
        return spec->reuse == REUSE_NEVER;
    return (spec->reuse_requests > 0 && requests >= spec->reuse_requests) || (spec->reuse_age > 0 && age > spec->reuse_age);
}

void load_transport_destroy(struct transport *transport)
{
    if (transport != NULL)
        transport->functions->destroy(transport);
}
