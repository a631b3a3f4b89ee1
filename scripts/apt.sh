# Sourced by the set-up scripts: installs Debian packages that are missing.

# missing PACKAGE…: prints those that are not installed.
missing() {
	local p
	for p in "$@"; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null || true)" = installed ] || printf '%s\n' "$p"
	done
}

# as_root COMMAND…: runs it as root, or fails if there is no way to.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif ! command -v sudo >/dev/null; then
		return 1
	elif [ -t 0 ]; then
		sudo "$@" # may ask for the password
	else
		sudo -n "$@"
	fi
}

# install PACKAGE…: from the package lists that are here; if these are missing
# or too old, they are fetched first.
install() {
	local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300)
	as_root "${apt[@]}" install -y --no-install-recommends "$@" >/dev/null 2>&1 ||
		{ as_root "${apt[@]}" update && as_root "${apt[@]}" install -y --no-install-recommends "$@" >/dev/null; }
}
