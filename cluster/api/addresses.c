#include "cluster/api/addresses.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/memory.h"

/* A slice is 127.(64+n).0.0/16 for pods and 127.(32+n/2).0.0/17 (lower or upper half) for services. */
#define SLICES 64
#define POD_HOSTS 65536
#define SERVICE_HOSTS 32768
#define FIRST_POD_HOST 16 /* the ones before are kept for the cluster itself */
#define FIRST_SERVICE_HOST 10

/* One range of addresses, taken in turn. Host numbers whose last byte is 0 or 255 are left out. */
struct range {
    uint32_t base;
    uint32_t first; /* host numbers below are reserved */
    uint32_t hosts;
    uint32_t next;
    uint8_t *taken; /* one a host */
};

struct address_slice {
    int claim;
    pthread_mutex_t lock;
    struct range pods;
    struct range services;
    char server[ADDRESS_TEXT_SIZE];
};

static void address_text(uint32_t address, char text[ADDRESS_TEXT_SIZE])
{
    snprintf(text, ADDRESS_TEXT_SIZE, "%u.%u.%u.%u", address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255);
}

/* A socket bound to the slice's abstract name; -1 when another process holds it. */
static int claim_slice(unsigned number)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int length = snprintf(name.sun_path + 1, sizeof name.sun_path - 1, "hpalab-labcluster-slice-%u", number);
    int claim = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (claim < 0)
        return -1;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
    if (bind(claim, (const struct sockaddr *)&name, size) == 0)
        return claim;
    int reason = errno;
    close(claim);
    errno = reason;
    return -1;
}

static struct range range_make(uint32_t base, uint32_t first, uint32_t hosts)
{
    return (struct range){.base = base, .first = first, .hosts = hosts, .next = first, .taken = memory_allocate(hosts, 1)};
}

struct address_slice *address_slice_claim(struct error *error)
{
    for (unsigned tries = 0; tries < SLICES; tries++) {
        unsigned number = ((unsigned)getpid() + tries) % SLICES;
        int claim = claim_slice(number);
        if (claim < 0 && errno != EADDRINUSE) {
            (void)error_set(error, "cannot claim a slice of the loopback addresses: %m");
            return NULL;
        }
        if (claim < 0)
            continue;
        struct address_slice *slice = memory_allocate(1, sizeof *slice);
        slice->claim = claim;
        pthread_mutex_init(&slice->lock, NULL);
        uint32_t pod_base = (UINT32_C(127) << 24) + ((64 + number) << 16);
        uint32_t service_base = (UINT32_C(127) << 24) + (UINT32_C(32) << 16) + number * SERVICE_HOSTS;
        slice->pods = range_make(pod_base, FIRST_POD_HOST, POD_HOSTS);
        slice->services = range_make(service_base, FIRST_SERVICE_HOST, SERVICE_HOSTS);
        address_text(service_base + 1, slice->server);
        return slice;
    }
    (void)error_set(error, "all %d slices of the loopback addresses are taken by other labclusters", SLICES);
    return NULL;
}

void address_slice_release(struct address_slice *slice)
{
    if (slice == NULL)
        return;
    close(slice->claim);
    pthread_mutex_destroy(&slice->lock);
    free(slice->pods.taken);
    free(slice->services.taken);
    free(slice);
}

static bool is_usable(uint32_t host)
{
    return (host & 255) != 0 && (host & 255) != 255;
}

static int range_take(struct range *range, char address[ADDRESS_TEXT_SIZE], struct error *error)
{
    for (uint32_t tries = 0; tries < range->hosts; tries++) {
        uint32_t host = range->next;
        range->next = host + 1 < range->hosts ? host + 1 : range->first;
        if (range->taken[host] != 0 || !is_usable(host))
            continue;
        range->taken[host] = 1;
        address_text(range->base + host, address);
        return 0;
    }
    return error_set(error, "no loopback address is left in this cluster's slice");
}

static void range_return(struct range *range, const char *address)
{
    struct in_addr binary;
    if (inet_pton(AF_INET, address, &binary) != 1)
        return;
    uint32_t host = ntohl(binary.s_addr) - range->base; /* wraps to something large when the address is below the base */
    if (host >= range->first && host < range->hosts)
        range->taken[host] = 0;
}

int address_take_pod(struct address_slice *slice, char address[ADDRESS_TEXT_SIZE], struct error *error)
{
    pthread_mutex_lock(&slice->lock);
    int outcome = range_take(&slice->pods, address, error);
    pthread_mutex_unlock(&slice->lock);
    return outcome;
}

void address_return_pod(struct address_slice *slice, const char *address)
{
    pthread_mutex_lock(&slice->lock);
    range_return(&slice->pods, address);
    pthread_mutex_unlock(&slice->lock);
}

int address_take_service(struct address_slice *slice, char address[ADDRESS_TEXT_SIZE], struct error *error)
{
    pthread_mutex_lock(&slice->lock);
    int outcome = range_take(&slice->services, address, error);
    pthread_mutex_unlock(&slice->lock);
    return outcome;
}

void address_return_service(struct address_slice *slice, const char *address)
{
    pthread_mutex_lock(&slice->lock);
    range_return(&slice->services, address);
    pthread_mutex_unlock(&slice->lock);
}

const char *address_of_server(const struct address_slice *slice)
{
    return slice->server;
}
