#!/bin/sh
# find-browser.sh: prints the browser that counts as Chromium here: one that is started headless and spoken to over a pipe.
# Status 1: there is none.
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" && exit
done
exit 1
