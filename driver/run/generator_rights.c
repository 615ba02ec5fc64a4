#include "driver/run/generator_rights.h"

static const struct generator_right owners[] = {
    [FLEET_JOB] = {{"batch", "jobs", NULL, {"create", "patch", "delete"}}, "the generators' Job"},
    [FLEET_DEPLOYMENT] = {{"apps", "deployments", NULL, {"create", "patch", "delete"}}, "the generators' Deployment"},
};

static const struct generator_right common[] = {
    {{"", "secrets", NULL, {"create"}}, "the generators' token"},
    {{"", "pods/proxy", NULL, {"get", "update", "create"}}, "the generators are told what to send, and asked what came of it"},
};

const struct generator_right *generator_owner_right(enum fleet_kind kind)
{
    return &owners[kind];
}

const struct generator_right *generator_common_right(size_t index)
{
    return index < sizeof common / sizeof *common ? &common[index] : NULL;
}
