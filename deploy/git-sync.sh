#!/bin/sh
# Brings from git what was filed and approved, runs a command in the workspace, takes to git what it made.
#
#   */10 * * * *  cd /srv/pulse && deploy/git-sync.sh .venv/bin/newsletter run
#
# Run it in the workspace, on a branch of its own (git switch -c desk). Only issues/ is committed. Whatever git says,
# the command runs: letters do not wait for a network. The exit code is the command's; 1 if that was 0 and git failed.
set -u

remote=origin
approved=main # a push to this branch counts as an approval: see deploy/README.md

say() { printf 'git-sync: %s\n' "$*" >&2; }

# What git leaves running in the background must not keep the lock.
git() { command git "$@" 9>&-; }

# Nobody is here to type a password, and letters do not wait for a line that hangs.
over_the_line() {
    if command -v timeout >/dev/null; then
        GIT_TERMINAL_PROMPT=0 timeout 120 git "$@" </dev/null 9>&-
    else
        GIT_TERMINAL_PROMPT=0 command git "$@" </dev/null 9>&-
    fi
}

if [ "$#" -eq 0 ]; then
    say "name the command to run:  deploy/git-sync.sh newsletter run"
    exit 2
fi
desk=$(git symbolic-ref --quiet --short HEAD) || {
    say "this workspace is on no branch:  git switch -c desk"
    exit 1
}
if [ "$desk" = "$approved" ]; then
    say "a push to $approved counts as an approval; give this workspace a branch of its own:  git switch -c desk"
    exit 1
fi

exec 9>"$(git rev-parse --git-dir)/git-sync.lock"
if command -v flock >/dev/null && ! flock -n 9; then
    say "another one is at work"
    exit 75
fi

who=""
git config user.email >/dev/null || who="-c user.name=newsletter -c user.email=newsletter@localhost"

# What lies in issues/ becomes a commit; a file that was being written when the power failed does not.
keep() {
    git add -A -- issues ':(exclude,glob)issues/**/.*.tmp' || return 1
    # shellcheck disable=SC2086
    git diff --cached --quiet -- issues || git $who commit --quiet -m "$1" -- issues
}

# What others filed comes with our own branch, what was approved with the other; a merge keeps both as they were made.
bring() {
    over_the_line fetch --quiet "$remote" || {
        say "$remote cannot be reached; going on with what lies here"
        return 1
    }
    for branch in "$desk" "$approved"; do
        git rev-parse --quiet --verify "refs/remotes/$remote/$branch" >/dev/null || continue
        # shellcheck disable=SC2086
        git $who merge --quiet --no-edit "$remote/$branch" >/dev/null 2>&1 && continue
        git merge --abort 2>/dev/null
        say "$remote/$branch does not merge by itself, and a person has to:  git merge $remote/$branch"
        return 1
    done
}

carry() {
    over_the_line push --quiet "$remote" "HEAD:refs/heads/$desk" 2>/dev/null && return
    bring && over_the_line push --quiet "$remote" "HEAD:refs/heads/$desk" && return
    say "nothing could be pushed to $remote; the next run tries again"
    return 1
}

failed=0
if [ -e "$(git rev-parse --git-path MERGE_HEAD)" ]; then
    # A person is at it: what is half merged becomes no commit of ours.
    say "a merge is not finished here; until it is, nothing is brought or pushed:  git status"
    "$@" 9>&-
    code=$?
    failed=1
else
    keep "Filed on the server" || failed=1
    bring || failed=1
    "$@" 9>&-
    code=$?
    keep "Made by: $*" || failed=1
    carry || failed=1
fi
if [ "$code" -eq 0 ] && [ "$failed" -ne 0 ]; then code=1; fi
exit "$code"
