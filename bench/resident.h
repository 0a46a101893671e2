/* What this process holds in memory, told as lines on standard error: "memory WHO FILE resident own", in kB, where own is what no file has. */
#ifndef RESIDENT_H
#define RESIDENT_H
#include <stdio.h>
#include <string.h>

static inline void tell_memory(const char *who) {
    FILE *maps = fopen("/proc/self/smaps", "r");
    char  line[512], file[256] = "";
    long  resident = 0, kilobytes;
    while (maps && fgets(line, sizeof line, maps)) {
        const char *path = strrchr(line, '/');
        if (strstr(line, "-") && strchr(line, ':') > strchr(line, ' ')) snprintf(file, sizeof file, "%s", path ? path + 1 : "memory\n");
        if (sscanf(line, "Rss: %ld", &kilobytes) == 1) resident = kilobytes;
        if (sscanf(line, "Anonymous: %ld", &kilobytes) == 1 && resident) fprintf(stderr, "memory %s %.*s %ld %ld\n", who, (int)strcspn(file, "\n"), file, resident, kilobytes);
    }
    if (maps) fclose(maps);
}
#endif
