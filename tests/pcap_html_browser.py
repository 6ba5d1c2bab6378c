#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The page of vpnalg-pcap --html in a browser: what one sees, what a click
does, and that nothing is fetched."""

import json
import os
import shutil
import sys

from pcap_common import CAPTURES, SKIP, check, finish, path, run

SIDES = ["--inside", "192.168.77.0/24", "--address", "203.0.113.1"]

try:
    from selenium import webdriver
    from selenium.common.exceptions import WebDriverException
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.by import By
except ImportError:
    print("SKIP: needs python3-selenium")
    sys.exit(SKIP)


def browser():
    """Chromium without a window; its sandbox needs more than a container
    has."""
    driver, chromium = shutil.which("chromedriver"), shutil.which("chromium")
    if not driver or not chromium:
        print("SKIP: needs chromium and chromium-driver")
        sys.exit(SKIP)
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu",
                 "--disable-dev-shm-usage", "--window-size=1400,900",
                 "--user-data-dir=" + path("profile")):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs",
                           {"browser": "ALL", "performance": "ALL"})
    try:
        return webdriver.Chrome(service=Service(driver), options=options)
    except WebDriverException as error:
        print("SKIP: chromium does not start here")
        print(error)
        sys.exit(SKIP)


def show(chrome, name, *more):
    """Opens the page of a capture."""
    done = run(*SIDES, *more, "--html", path("page.html"),
               os.path.join(CAPTURES, name + ".pcap"), "/dev/null")
    assert done.returncode == 0, done.stderr
    chrome.get("file://" + path("page.html"))


def all_of(chrome, selector):
    return chrome.find_elements(By.CSS_SELECTOR, selector)


def one(chrome, selector):
    return chrome.find_element(By.CSS_SELECTOR, selector)


def check_seen(chrome):
    show(chrome, "esp-ike1-at-once-inside", "--hold")
    check("the title", "esp-ike1-at-once-inside.pcap" in chrome.title)
    check("three clients, all to be seen",
          sorted(h.text for h in all_of(chrome, "h2")) ==
          ["192.168.77.%d" % i for i in (11, 12, 13)] and
          all(h.is_displayed() for h in all_of(chrome, "h2")))
    bad = all_of(chrome, "tr.bad")
    dropped = [row for row in bad if "dropped: held back: another host is "
               "setting up" in row.text]
    check("six drops with their reason", len(dropped) == 6,
          [row.text for row in bad])
    colour = dropped[0].find_element(
        By.CSS_SELECTOR, ".m small").value_of_css_property("color")
    plain = one(chrome, "tr.plain .m").value_of_css_property("color")
    check("the reason is red", colour == "rgba(187, 0, 0, 1)" and
          plain != colour, (colour, plain))
    check("who got which SPI", any(
        line.text.startswith("paired: ESP SPI 0x") and line.is_displayed()
        for line in all_of(chrome, "p.good")))
    marked = [b.text for b in all_of(chrome, "tr:not(.head) b")]
    check("what was changed is marked, and is what was changed",
          {"203.0.113.1:500", "203.0.113.1"} <= set(marked) and
          not [text for text in marked if text.startswith("203.0.113.10")],
          set(marked))
    left = one(chrome, "td.i").location["x"]
    right = one(chrome, "td.o").location["x"]
    check("inside is on the left, outside on the right",
          left < one(chrome, "td.m").location["x"] < right)


def check_clicks(chrome):
    show(chrome, "pptp-three-inside")
    link = [a for a in all_of(chrome, "ul a") if "192.168.77.13" in a.text][0]
    link.click()
    target = one(chrome, "section:target")
    check("a click on a client goes there",
          target.find_element(By.TAG_NAME, "h2").text == "192.168.77.13" and
          chrome.execute_script("return window.scrollY") > 100)
    table = target.find_element(By.TAG_NAME, "table")
    heading = target.find_element(By.TAG_NAME, "h2")
    check("its ladder is to be seen", table.is_displayed())
    heading.click()
    check("a click on the heading folds it", not table.is_displayed())
    heading.click()
    check("another one unfolds it", table.is_displayed())
    fold = target.find_element(By.CSS_SELECTOR, "td details")
    summary = fold.find_element(By.TAG_NAME, "summary")
    more = fold.find_element(By.TAG_NAME, "div")
    check("a run of data is folded", "\u2026" in summary.text and
          not more.is_displayed(), summary.text)
    summary.click()
    check("a click tells more", more.is_displayed() and
          " out, " in more.text and "the last one is packet" in more.text,
          more.text)


def check_filter(chrome):
    show(chrome, "esp-ike1-at-once-inside", "--hold")
    rows = all_of(chrome, "tr:not(.head)")
    everything = len([r for r in rows if r.is_displayed()])
    one(chrome, "label").click()
    seen = [r for r in rows if r.is_displayed()]
    check("only what went wrong", 0 < len(seen) < everything and
          all(r.get_attribute("class") == "bad" for r in seen))
    one(chrome, "label").click()
    check("and everything again",
          len([r for r in rows if r.is_displayed()]) == everything)


def check_quiet(chrome):
    """No message on the console; no request but for the page."""
    said = [entry for entry in chrome.get_log("browser")]
    check("the console is empty", not said, said)
    sent = [json.loads(entry["message"])["message"]
            for entry in chrome.get_log("performance")]
    asked = [message["params"]["request"]["url"] for message in sent
             if message["method"] == "Network.requestWillBeSent" and
             message["params"]["documentURL"].startswith("file:")]
    check("nothing but the page is asked for",
          set(asked) == {"file://" + path("page.html")}, asked)


def main():
    chrome = browser()
    try:
        check_seen(chrome)
        check_clicks(chrome)
        check_filter(chrome)
        check_quiet(chrome)
    finally:
        chrome.quit()
    finish()


main()
