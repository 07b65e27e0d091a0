# Public test images, with the answers that were published with them, through the command line.
. "$(dirname "$0")/lab.sh"
need jq unzip
[ -e "$SHARED_EVIDENCE/ext2.vhd" ] || skip_all "no public test images in $SHARED_EVIDENCE (SHARED_EVIDENCE names the folder)"

fresh store.db P
export SAMBAND_STORE=$lab/store.db

# One small ext2 volume in four formats.
cp "$SHARED_EVIDENCE"/ext2.{qcow2,vmdk,vhd} . && chmod u+w ext2.*
for part in 000 001; do gunzip -c "$SHARED_EVIDENCE/ext2.splitraw.$part.gz" >"ext2.splitraw.$part"; done
check "four formats are analysed" samband analyse --case P --quiet ext2.qcow2 ext2.vmdk ext2.vhd ext2.splitraw.000
list() { samband files --case P --json | jq -r "select(.evidence == \"$1\" and .allocated) | [.path, .size, .md5, .sha256, .modified] | @tsv"; }
list ext2.qcow2 >expected
check "qcow2: the files are there" bash -c "for f in a_directory/a_file a_directory/another_file passwords.txt a_link; do
    grep -q \"^/\$f	\" expected || exit 1; done"
for image in ext2.vmdk ext2.vhd ext2.splitraw.000; do
    list "$image" >other
    check "$image: the same files, digests and times as in qcow2" diff expected other
done

# Deleted files that lie in order come back whole (Digital Forensics Tool Testing, image 6).
unzip -q "$SHARED_EVIDENCE/6-undel-fat.zip" -d undelete
image=$(find undelete -name '*.dd')
check "DFTT 6 is analysed" samband analyse --case P --quiet "$image"
samband files --case P --json | jq -r 'select(.allocated == false) | [.path, .size, .md5] | @tsv' >deleted
while read -r name size md5; do
    check "DFTT 6: $name comes back" grep -q "/$name	$size	$md5$" deleted
done <<FILES # a name has lost its first letter where it was deleted itself
_ing.dat 780 59b20779f69ff9f0ac5fcd2c38835a79
_ult1.dat 3801 ffd27bd782bdce67750b6b9ee069d2ef
mult2.dat 1715 59cf0e9cd107bc1e75afb7374f6e05bb
FILES

# Addresses in about thirty kinds of documents.
check "nps-2010-emails is analysed" samband analyse --case P --quiet "$SHARED_EVIDENCE/nps-2010-emails.E01"
samband sightings --kind email --json | jq -r 'select(.evidence == "nps-2010-emails.E01") | .value' | sort -u >addresses
# Each says which format it stands in; these are all that are to be found with the text of each document before one's eyes.
sort >planted <<ADDRESSES
plain_text@textedit.com
plain_text_pdf@textedit.com
plain_utf16@textedit.com
plain_utf16_pdf@textedit.com
rtf_text@textedit.com
rtf_text_pdf@textedit.com
user_doc@microsoftword.com
user_doc_pdf@microsoftword.com
user_docx@microsoftword.com
user_docx_pdf@microsoftword.com
xls_cell@microsoft_excel.com
xls_comment@microsoft_excel.com
xlsx_cell@microsoft_excel.com
xlsx_comment@microsoft_excel.com
pages@iwork09.com
pages_comment@iwork09.com
keynote@iwork09.com
keynote_comment@iwork09.com
numbers@iwork09.com
numbers_09@apple.com
numbers_comment@iwork09.com
doc_within_doc@document.com
docx_within_docx@document.com
ppt_within_doc@document.com
pptx_within_docx@document.com
xls_within_doc@document.com
xlsx_within_docx@document.com
email_in_zip@zipfile1.com
email_in_zip_zip@zipfile2.com
email_in_gzip@gzipfile.com
email_in_gzip_gzip@gzipfile.com
ADDRESSES
check "every address of nps-2010-emails is found, and none besides" diff planted addresses

# Digests of the acquisition.
cp "$SHARED_EVIDENCE"/email_test.E0? . && chmod u+w email_test.E0?
check "email_test verifies" samband verify email_test.E01
check "and says so" bash -c "samband verify email_test.E01 | grep -q '^  verified'"
printf '\125' | dd of=email_test.E02 bs=1 seek=500000 conv=notrunc status=none
flipped() { ! samband verify email_test.E01 >flipped.out 2>&1 && { grep -q 'NOT VERIFIED' flipped.out || grep -q '^samband: ' flipped.out; } || { cat flipped.out; return 1; }; }
check "with one byte changed it does not" flipped
finish
