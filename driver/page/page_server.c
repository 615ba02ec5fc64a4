#include "driver/page/page_server.h"

#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/listener.h"
#include "common/memory.h"

#define CONNECTIONS_MAXIMUM 64
#define CONNECTION_MEMORY ((size_t)16 * 1024)
#define IDLE_TIMEOUT 30 /* seconds */

struct page_server {
    struct MHD_Daemon *daemon;
    uint16_t port;
    pthread_mutex_t mutex;      /* of page */
    struct MHD_Response *page;  /* each answer on its way holds on to the one that it began with */
    struct MHD_Response *empty; /* of what is not found, and what is not allowed */
};

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *upload, size_t *upload_size, void **request)
{
    struct page_server *server = context;
    static int seen;
    (void)version;
    (void)upload;
    if (*request == NULL) {
        *request = &seen;
        return MHD_YES;
    }
    if (*upload_size != 0) { /* nobody has anything to tell us */
        *upload_size = 0;
        return MHD_YES;
    }
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
        return MHD_queue_response(connection, MHD_HTTP_METHOD_NOT_ALLOWED, server->empty);
    if (strcmp(url, "/") != 0)
        return MHD_queue_response(connection, MHD_HTTP_NOT_FOUND, server->empty);
    pthread_mutex_lock(&server->mutex);
    const enum MHD_Result queued = MHD_queue_response(connection, MHD_HTTP_OK, server->page);
    pthread_mutex_unlock(&server->mutex);
    return queued;
}

/* The page has everything in itself: it needs no other address, and may ask none. */
static struct MHD_Response *make_page(const char *html, size_t length)
{
    struct MHD_Response *page = MHD_create_response_from_buffer(length, memory_copy_bytes(html, length), MHD_RESPMEM_MUST_FREE);
    if (page == NULL)
        abort();
    (void)MHD_add_response_header(page, MHD_HTTP_HEADER_CONTENT_TYPE, "text/html; charset=utf-8");
    (void)MHD_add_response_header(page, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    (void)MHD_add_response_header(page, "X-Content-Type-Options", "nosniff");
    (void)MHD_add_response_header(page, "Content-Security-Policy",
                                  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
                                  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    return page;
}

static struct MHD_Daemon *start_daemon(struct page_server *server, int socket)
{
    return MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO, 0, NULL, NULL, answer, server,
                            MHD_OPTION_LISTEN_SOCKET, socket, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAXIMUM,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, MHD_OPTION_CONNECTION_TIMEOUT,
                            (unsigned)IDLE_TIMEOUT, MHD_OPTION_END);
}

/* The socket is the daemon's from then on, and ours when there is none. */
static struct page_server *start_server(int socket, struct error *error)
{
    struct page_server *server = memory_allocate(1, sizeof *server);
    *server = (struct page_server){.port = (uint16_t)listener_port(socket), .page = make_page("", 0), .empty = make_page("", 0)};
    (void)pthread_mutex_init(&server->mutex, NULL);
    server->daemon = start_daemon(server, socket);
    if (server->daemon != NULL)
        return server;
    (void)error_set(error, "cannot serve a page: %s", strerror(errno));
    page_server_stop(server);
    return NULL;
}

struct page_server *page_server_start(const struct listen_address *listen, struct error *error)
{
    const int socket = listener_bind(listen->address, listen->port, error);
    if (socket < 0)
        return NULL;
    struct page_server *server = listener_listen(socket, error) == 0 ? start_server(socket, error) : NULL;
    if (server == NULL)
        close(socket);
    return server;
}

uint16_t page_server_port(const struct page_server *server)
{
    return server->port;
}

void page_server_show(struct page_server *server, const char *html, size_t length)
{
    struct MHD_Response *page = make_page(html, length);
    pthread_mutex_lock(&server->mutex);
    struct MHD_Response *before = server->page;
    server->page = page;
    pthread_mutex_unlock(&server->mutex);
    MHD_destroy_response(before);
}

void page_server_stop(struct page_server *server)
{
    if (server == NULL)
        return;
    if (server->daemon != NULL)
        MHD_stop_daemon(server->daemon);
    MHD_destroy_response(server->page);
    MHD_destroy_response(server->empty);
    (void)pthread_mutex_destroy(&server->mutex);
    free(server);
}
