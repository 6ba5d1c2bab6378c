# SPDX-License-Identifier: BSD-2-Clause
# The manual.

EXTRA_DIST += \
	doc/embedding.md \
	doc/events.md \
	doc/fast-path.md \
	doc/gateway-speed.md \
	doc/general-traffic.md \
	doc/ipsec.md \
	doc/lab.md \
	doc/life-of-a-packet.md \
	doc/mainpage.md \
	doc/metrics.md \
	doc/own-vpn.md \
	doc/passthrough.md \
	doc/policy.md \
	doc/rfc.md \
	doc/services.md \
	doc/state.md \
	doc/uplinks.md \
	doc/writing-a-handler.md \
	doc/writing-a-store.md

.PHONY: doc
if DOC
doc:
	$(DOXYGEN) doc/Doxyfile
else
doc:
	@echo 'The manual needs Doxygen; configure has not found it.' >&2; exit 1
endif
