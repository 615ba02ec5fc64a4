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

void load_transport_destroy(struct transport *transport)
{
    if (transport != NULL)
        transport->functions->destroy(transport);
}
