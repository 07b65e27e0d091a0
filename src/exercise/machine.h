/* The disk of a virtual machine, as a file to be put on a disk. */
#ifndef EXERCISE_MACHINE_H
#define EXERCISE_MACHINE_H

#include "exercise/volume.h"

enum {
    MACHINE_LEAST = 24 << 20,      /* bytes of a volume that has room for one … */
    MACHINE_FLAT_LEAST = 48 << 20, /* … and for all of its bytes */
};

/* In what its disk is kept: for the first two a volume of MACHINE_LEAST has room. qemu-img makes VMDK, VHD and VHDX. */
enum machine_form { MACHINE_QCOW2, MACHINE_VMDK, MACHINE_FLAT, MACHINE_VHD, MACHINE_VHDX, MACHINE_FORMS };
enum { MACHINE_SMALL_FORMS = MACHINE_FLAT };

/* The form on a volume of this size, and what it takes there, about, beside the content of its files. Where qemu-img is
 * missing, others take the place of those that it makes. */
enum machine_form machine_choose(uint64_t size, uint64_t seed);
uint64_t machine_size(enum machine_form form);

/* Builds a disk with one FAT file system with these files, as `target`. */
int machine_build(const struct volume_file *files, size_t count, uint64_t seed, enum machine_form form,
                  const char *staging, const char *target, struct error *error);

/* machine_image.c: is qemu-img there? What it left to chance in an image, replaced from the seed: false where the image
 * is none of that form. And a flat disk in another form. */
bool machine_forms_all(void);
bool machine_seal(enum machine_form form, uint64_t seed, uint8_t *data, size_t length);
int machine_convert(const char *disk, enum machine_form form, uint64_t seed, const char *target, struct error *error);

#endif
