#!/bin/sh
# Builds and tests the Java binding against the cmpkit that is installed in PREFIX, then uses its jar as a stranger would: away from this tree, without cmpkit elsewhere.
# Everything it writes is in WORKFOLDER; a second run there is quick.
# Usage: check.sh PREFIX WORKFOLDER
set -eu
here=$(cd "$(dirname "$0")" && pwd)
prefix=$(cd "$1" && pwd)
mkdir -p "$2"
work=$(cd "$2" && pwd)

mvn -q -B -f "$here/pom.xml" verify -Dcmpkit.prefix="$prefix" -Dbuild.folder="$work/target"
awk -F'[:,]' '/^Tests run/ { run += $2; bad += $4 + $6 + $8 } END { print run " tests, " bad " failed or skipped"; exit bad || !run }' "$work"/target/surefire-reports/*.txt

exported=$(nm -D --defined-only "$work/target/native/libcmpkit_java.so" | grep -vE ' (Java|JNI)_' || true)
[ -z "$exported" ] || { echo "exported besides Java_ and JNI_:"; echo "$exported"; exit 1; }

alone="$work/alone"
rm -rf "$alone"
mkdir -p "$alone/tmp" "$alone/classes"
cp "$work/target/cmpkit-0.1.0.jar" "$here/consumer/Consumer.java" "$alone"
cd "$alone"
env -i PATH="$PATH" HOME="$alone" javac -d classes --module-path cmpkit-0.1.0.jar --add-modules dev.cmpkit Consumer.java
for run in "-cp cmpkit-0.1.0.jar:classes" "-p cmpkit-0.1.0.jar --add-modules dev.cmpkit -cp classes"; do # on the class path, and as a module
    rm -rf ca
    env -i PATH="$PATH" HOME="$alone" java -Djava.io.tmpdir="$alone/tmp" $run Consumer "$alone/ca" "$alone/tmp"
    [ -z "$(ls "$alone/tmp")" ] || { echo "left behind: $(ls "$alone/tmp")"; exit 1; }
done
rm -rf ca unpacked
mkdir unpacked
(cd unpacked && jar xf ../cmpkit-0.1.0.jar META-INF/native && mv META-INF/native/linux-* cmpkit-java-given)
env -i PATH="$PATH" HOME="$alone" java -Djava.io.tmpdir="$alone/tmp" -Dcmpkit.native.path="$alone/unpacked/cmpkit-java-given" -cp cmpkit-0.1.0.jar:classes Consumer "$alone/ca" "$alone/unpacked"
echo "the Java binding is good"
