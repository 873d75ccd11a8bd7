/* What every page of report_html.c has in it: its style, its script, and the script's SHA-256 in base 64, by which the page's
 * policy lets that script run and no other.  The build makes the last one and rebuilds this when one of them changes. */
#ifndef REPORT_PAGE_HASH
#error "REPORT_PAGE_HASH must name the file with the script's hash"
#endif
    .macro blob name:req, file:vararg
    .globl \name
    .globl \name\()_end
    .type \name, @object
\name:
    .incbin \file
\name\()_end:
    .size \name, \name\()_end - \name
    .byte 0
    .endm

    .section .rodata.report_page, "a", @progbits
    blob report_page_css, "src/report/report_page.css"
    blob report_page_js, "src/report/report_page.js"
    blob report_page_hash, REPORT_PAGE_HASH
    .section .note.GNU-stack, "", @progbits
