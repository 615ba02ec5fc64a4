/* Tables of Secrets, service accounts, roles and bindings. */
#include <string.h>

#include "cluster/api/table_cell.h"

#define CELL_MAXIMUM (64 * 1024)
#define COLUMNS(columns) (columns), sizeof(columns) / sizeof(columns)[0]

static const struct table_column secret_columns[] = {
    COLUMN_NAME,
    {"Type", "string", "", "What the data is for.", 0},
    {"Data", "string", "", "How many entries it holds.", 0},
    COLUMN_AGE,
};

static void add_secret_cells(const cJSON *secret, int64_t now, cJSON *cells)
{
    cell_name(cells, secret);
    cell_text(cells, json_text(json_get(secret, "type"), ""));
    cell_integer(cells, cJSON_GetArraySize(json_get(secret, "data")));
    cell_age(cells, secret, now);
}

const struct table_format table_of_secrets = {COLUMNS(secret_columns), add_secret_cells};

static const struct table_column service_account_columns[] = {COLUMN_NAME, COLUMN_AGE};

static void add_service_account_cells(const cJSON *account, int64_t now, cJSON *cells)
{
    cell_name(cells, account);
    cell_age(cells, account, now);
}

const struct table_format table_of_service_accounts = {COLUMNS(service_account_columns), add_service_account_cells};

static const struct table_column role_columns[] = {
    COLUMN_NAME,
    {"Created At", "date", "", "When the object was created.", 0},
};

static void add_role_cells(const cJSON *role, int64_t now, cJSON *cells)
{
    (void)now;
    cell_name(cells, role);
    cell_text(cells, json_text(json_get(role, "metadata", "creationTimestamp"), ""));
}

const struct table_format table_of_roles = {COLUMNS(role_columns), add_role_cells};

static const struct table_column role_binding_columns[] = {
    COLUMN_NAME,
    {"Role", "string", "", "The role that is given.", 0},
    COLUMN_AGE,
    {"Users", "string", "", "Users to whom it is given.", 1},
    {"Groups", "string", "", "Groups to which it is given.", 1},
    {"ServiceAccounts", "string", "", "Service accounts to which it is given.", 1},
};

static void cell_subjects(cJSON *cells, const cJSON *binding, const char *kind)
{
    AUTO_BUFFER struct buffer text;
    buffer_init(&text, CELL_MAXIMUM);
    const cJSON *subject;
    cJSON_ArrayForEach (subject, json_get(binding, "subjects")) {
        const char *namespace = json_text(json_get(subject, "namespace"), "");
        if (strcmp(json_text(json_get(subject, "kind"), ""), kind) != 0)
            continue;
        bool account = strcmp(kind, "ServiceAccount") == 0;
        buffer_append_format(&text, "%s%s%s%s", text.length > 0 ? ", " : "", account ? namespace : "", account ? "/" : "",
                             json_text(json_get(subject, "name"), ""));
    }
    cell_text(cells, text.data != NULL ? text.data : "");
}

static void add_role_binding_cells(const cJSON *binding, int64_t now, cJSON *cells)
{
    AUTO_FREE char *role = memory_format("%s/%s", json_text(json_get(binding, "roleRef", "kind"), ""),
                                         json_text(json_get(binding, "roleRef", "name"), ""));
    cell_name(cells, binding);
    cell_text(cells, role);
    cell_age(cells, binding, now);
    cell_subjects(cells, binding, "User");
    cell_subjects(cells, binding, "Group");
    cell_subjects(cells, binding, "ServiceAccount");
}

const struct table_format table_of_role_bindings = {COLUMNS(role_binding_columns), add_role_binding_cells};
