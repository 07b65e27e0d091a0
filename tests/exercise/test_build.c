/* One exercise with every layout, built twice: the same again, and each planted value where the truth says it is. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "disk_files.h"
#include "exercise/build.h"
#include "exercise/machine.h"
#include "exercise/tool.h"

#include <cmocka.h> /* last: it defines a macro named fail */

enum { CASES = 9, MEGABYTES = 48 }; /* as many cases as there are layouts, as small as two volumes allow */

static char root[] = "/tmp/samband-exercise-XXXXXX";

static char *path_in(const char *dir, const char *name)
{
    char *path;
    if (asprintf(&path, "%s/%s/%s", root, dir, name) < 0)
        abort();
    return path;
}

static void read_whole(const char *dir, const char *name, struct bytes *out)
{
    char *path = path_in(dir, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size_t size = (size_t)ftell(file);
    rewind(file);
    assert_int_equal(bytes_reserve(out, size), 0);
    assert_int_equal(fread(out->data, 1, size, file), size);
    out->length = size;
    (void)fclose(file);
    free(path);
}

static json_t *load_truth(void)
{
    struct bytes text = {0};
    read_whole("one", "truth.json", &text);
    json_t *truth = json_loadb((const char *)text.data, text.length, 0, NULL);
    bytes_free(&text);
    assert_non_null(truth);
    return truth;
}

static int build_twice(void **state)
{
    (void)state;
    static const char *const names[] = {"one", "two"};
    struct settings settings = {.countries = 4, .cases = CASES, .megabytes = MEGABYTES, .seed = 42};
    if (mkdtemp(root) == NULL)
        return -1;
    for (unsigned i = 0; i < 2; i++) {
        struct error error = {0};
        char *dir = path_in(names[i], "");
        int result = exercise_build(dir, &settings, false, false, &error);
        free(dir);
        if (result != 0) {
            (void)fprintf(stderr, "%s\n", error.text);
            return -1;
        }
    }
    return 0;
}

static void expect_same(const char *name)
{
    struct bytes one = {0}, two = {0};
    read_whole("one", name, &one);
    read_whole("two", name, &two);
    assert_int_equal(one.length, two.length);
    if (memcmp(one.data, two.data, one.length) != 0)
        fail_msg("%s differs between two builds with the same seed", name);
    bytes_free(&one);
    bytes_free(&two);
}

/* E01 files carry the time of their making; everything else is the same to the last bit. */
static void same_seed_gives_the_same_exercise(void **state)
{
    (void)state;
    expect_same("truth.json");
    expect_same("cases.tsv");
    expect_same("known-good.txt");
    char *disks = path_in("one", "disks");
    DIR *listing = opendir(disks);
    assert_non_null(listing);
    unsigned compared = 0;
    for (const struct dirent *entry; (entry = readdir(listing)) != NULL;) {
        char name[300];
        (void)snprintf(name, sizeof name, "disks/%s", entry->d_name);
        if (entry->d_name[0] == '.' || strstr(name, ".E") != NULL)
            continue;
        expect_same(name);
        compared++;
    }
    (void)closedir(listing);
    free(disks);
    assert_true(compared >= 6);
}

static void folder_in_use_is_refused(void **state)
{
    (void)state;
    struct error error = {0};
    struct settings settings = {.countries = 1, .cases = 1, .megabytes = 16, .seed = 1};
    char *dir = path_in("one", "");
    assert_int_equal(exercise_build(dir, &settings, false, false, &error), -1);
    assert_non_null(strstr(error.text, "--force"));
    free(dir);
    settings.cases = 0;
    dir = path_in("three", "");
    assert_int_equal(exercise_build(dir, &settings, false, false, &error), -1);
    free(dir);
}

static const char *text_of(const json_t *item, const char *key)
{
    return json_string_value(json_object_get(item, key));
}

static void encode(const json_t *item, struct bytes *out)
{
    const char *encoding = text_of(item, "encoding");
    for (const char *c = text_of(item, "text"); *c != '\0'; c++) {
        if (strcmp(encoding, "utf-16be") == 0)
            bytes_append_char(out, 0);
        bytes_append_char(out, *c);
        if (strcmp(encoding, "utf-16le") == 0)
            bytes_append_char(out, 0);
    }
}

static bool contains(const uint8_t *data, size_t length, const struct bytes *text)
{
    return memmem(data, length, text->data, text->length) != NULL;
}

static void check_item(const json_t *item, const struct disk *disk)
{
    const char *place = text_of(item, "place"), *path = text_of(item, "file");
    bool plain = strcmp(text_of(item, "container"), "plain") == 0;
    struct bytes text = {0};
    encode(item, &text);
    bool fragmented = strcmp(place, "fragmented") == 0, resident = strcmp(place, "resident") == 0;
    bool nowhere = strcmp(place, "unallocated") == 0 || strcmp(place, "gap") == 0;
    bool inside = strcmp(place, "machine") == 0; /* in a disk that is a file of this one */
    if (plain && fragmented && contains(disk->bytes, disk->size, &text))
        fail_msg("%s in %s crosses no fragments", text_of(item, "text"), path);
    if (plain && !fragmented && !resident && strcmp(place, "compressed") != 0 &&
        !contains(disk->bytes, disk->size, &text))
        fail_msg("%s is not on the disk (%s)", text_of(item, "text"), place);
    const struct disk_file *file = nowhere || inside ? NULL : disk_find(disk, path);
    if (!nowhere && !inside && file == NULL)
        fail_msg("no file %s (%s) in %s", path, place, text_of(item, "case"));
    if (file != NULL) {
        assert_int_equal(file->allocated, strcmp(place, "deleted") != 0);
        assert_int_equal(file->resident, resident);
        assert_int_equal(file->compressed, strcmp(place, "compressed") == 0);
        if (fragmented)
            assert_true(file->runs >= 3);
        else if (!resident && !file->compressed)
            if (file->runs != 1)
                fail_msg("%s (%s) has %zu runs", path, place, (size_t)file->runs);
        if (plain && strcmp(place, "slack") != 0 && !contains(file->content, file->length, &text))
            fail_msg("%s is not in %s (%s)", text_of(item, "text"), path, place);
        if (strcmp(place, "slack") == 0)
            assert_false(contains(file->content, file->length, &text));
    }
    for (size_t i = 0; plain && nowhere && i < disk->count; i++)
        assert_false(contains(disk->files[i].content, disk->files[i].length, &text));
    bytes_free(&text);
}

/* qemu-img writes the name of a VMDK without the zeros in front: most have eight digits, some fewer. */
static void names_of_any_length_become_the_same(void **state)
{
    (void)state;
    enum { AT = 512, LENGTH = 1024 };
    static const char *const names[] = {"f0c860", "90f0c860", "0"};
    uint8_t first[LENGTH];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        uint8_t image[LENGTH] = "KDMV";
        (void)snprintf((char *)image + AT, LENGTH - AT, "version=1\nCID=%s\nparentCID=ffffffff\n", names[i]);
        assert_true(machine_seal(MACHINE_VMDK, 7, image, LENGTH));
        if (i == 0)
            memcpy(first, image, LENGTH);
        assert_memory_equal(image, first, LENGTH);
        assert_string_equal(strchr((char *)image + AT + 14, '\n'), "\nparentCID=ffffffff\n");
    }
}

/* A program that others wrote reads the same disk in each form, so that what was sealed fits. */
static void machines_have_the_same_disk_in_every_form(void **state)
{
    (void)state;
    char *flat = path_in("one", "machine.img");
    struct error error = {0};
    if (!machine_forms_all())
        skip();
    assert_int_equal(machine_build(NULL, 0, 7, MACHINE_FLAT, root, flat, &error), 0);
    for (enum machine_form form = MACHINE_QCOW2; form < MACHINE_FORMS; form++) {
        static const char *const formats[] = {[MACHINE_QCOW2] = "qcow2",
                                              [MACHINE_VMDK] = "vmdk",
                                              [MACHINE_FLAT] = "raw",
                                              [MACHINE_VHD] = "vpc",
                                              [MACHINE_VHDX] = "vhdx"};
        char *other = path_in("one", "machine.other");
        const char *const compare[] = {"qemu-img", "compare", "-f", "raw", "-F", formats[form], flat, other, NULL};
        assert_int_equal(machine_build(NULL, 0, 7, form, root, other, &error), 0);
        if (tool_run(compare, NULL, NULL, &error) != 0)
            fail_msg("%s", error.text);
        (void)unlink(other);
        free(other);
    }
    (void)unlink(flat);
    free(flat);
}

static void everything_planted_is_where_the_truth_says(void **state)
{
    (void)state;
    json_t *truth = load_truth();
    size_t index, item_index, checked = 0;
    const json_t *one, *item;
    json_array_foreach(json_object_get(truth, "cases"), index, one)
    {
        struct disk disk;
        char *image = path_in("one", json_string_value(json_array_get(json_object_get(one, "evidence"), 0)));
        assert_int_equal(disk_read(&disk, image), 0);
        assert_int_equal(disk.size, (size_t)MEGABYTES << 20);
        json_array_foreach(json_object_get(truth, "planted"), item_index, item)
        {
            if (strcmp(text_of(item, "case"), text_of(one, "reference")) != 0)
                continue;
            check_item(item, &disk);
            checked++;
        }
        disk_free(&disk);
        free(image);
    }
    assert_int_equal(checked, json_array_size(json_object_get(truth, "planted")));
    assert_true(checked > CASES * 100);
    json_decref(truth);
}

/* Every kind meets every container, every encoding and every place somewhere. */
static void nothing_is_left_untried(void **state)
{
    (void)state;
    static const char *const keys[] = {"container", "encoding", "place"};
    static const unsigned sorts[] = {13, 3, 9};
    json_t *truth = load_truth();
    for (unsigned k = 0; k < 3; k++) {
        json_t *seen = json_object();
        size_t index;
        const json_t *item;
        json_array_foreach(json_object_get(truth, "planted"), index, item)
        {
            char pair[100];
            (void)snprintf(pair, sizeof pair, "%s in %s", text_of(item, "kind"), text_of(item, keys[k]));
            assert_int_equal(json_object_set_new(seen, pair, json_true()), 0);
        }
        /* resident files are few: some kinds may miss them */
        assert_true(json_object_size(seen) >= 9 * (sorts[k] - 1));
        json_decref(seen);
    }
    json_decref(truth);
}

/* The true networks follow from the strong links alone, and no value stands in a whole network. */
static void networks_follow_from_the_strong_links(void **state)
{
    (void)state;
    json_t *truth = load_truth();
    json_t *groups = json_object(); /* reference: its group's name */
    size_t index, other;
    const json_t *one, *link, *network;
    json_array_foreach(json_object_get(truth, "cases"), index, one)
        assert_int_equal(json_object_set(groups, text_of(one, "reference"), json_object_get(one, "reference")), 0);
    json_array_foreach(json_object_get(truth, "links"), index, link)
    {
        const json_t *cases = json_object_get(link, "cases");
        if (!json_is_true(json_object_get(link, "strong")))
            continue;
        assert_true(json_array_size(cases) <= 3);
        for (size_t i = 1; i < json_array_size(cases); i++) {
            char *from = strdup(text_of(groups, json_string_value(json_array_get(cases, i))));
            const char *to = text_of(groups, json_string_value(json_array_get(cases, 0)));
            json_t *to_value = json_string(to);
            const char *key;
            json_t *value;
            json_object_foreach(groups, key, value) if (strcmp(json_string_value(value), from) == 0)
                assert_int_equal(json_object_set(groups, key, to_value), 0);
            json_decref(to_value);
            free(from);
        }
    }
    size_t joined = 0;
    json_array_foreach(json_object_get(truth, "networks"), index, network)
    {
        const char *name = text_of(groups, json_string_value(json_array_get(network, 0)));
        const char *key;
        json_t *value;
        size_t members = 0;
        json_object_foreach(groups, key, value) members += strcmp(json_string_value(value), name) == 0;
        assert_int_equal(members, json_array_size(network));
        for (other = 0; other < json_array_size(network); other++)
            assert_string_equal(text_of(groups, json_string_value(json_array_get(network, other))), name);
        joined += members;
    }
    assert_true(joined >= 4);
    json_decref(groups);
    json_decref(truth);
}

static int remove_all(void **state)
{
    (void)state;
    char command[64];
    (void)snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_seed_gives_the_same_exercise),
        cmocka_unit_test(folder_in_use_is_refused),
        cmocka_unit_test(names_of_any_length_become_the_same),
        cmocka_unit_test(machines_have_the_same_disk_in_every_form),
        cmocka_unit_test(everything_planted_is_where_the_truth_says),
        cmocka_unit_test(nothing_is_left_untried),
        cmocka_unit_test(networks_follow_from_the_strong_links),
    };
    return cmocka_run_group_tests(tests, build_twice, remove_all);
}
