/* replay.c
 * Gives a fuzzer's inputs to it once more, without libFuzzer: replay FILE-OR-FOLDER...
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "harness.h"

static unsigned
replay_file(const char *path)
{
    char *bytes;
    gsize n;

    if (!g_file_get_contents(path, &bytes, &n, NULL))
        g_error("cannot read %s", path);
    g_print("%s\n", path);      /* a crash names the last one */
    LLVMFuzzerTestOneInput((const uint8_t *)bytes, n);
    g_free(bytes);
    return 1;
}

static unsigned
replay(const char *path)
{
    GDir *folder = g_dir_open(path, 0, NULL);
    const char *name;
    unsigned files = 0;

    if (!folder)
        return replay_file(path);
    while ((name = g_dir_read_name(folder))) {
        char *inside = g_build_filename(path, name, NULL);
        files += replay(inside);
        g_free(inside);
    }
    g_dir_close(folder);
    return files;
}

int
main(int argc, char **argv)
{
    unsigned files = 0;

    for (int i = 1; i < argc; i++)
        files += replay(argv[i]);
    g_print("%u inputs\n", files);
    return files ? 0 : 1;
}
