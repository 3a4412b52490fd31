#!/usr/bin/env bash
# Makes every certificate, revocation list and bundle that the tests of `Identity` judge.
#
# usage: mint.sh DIRECTORY
#
# A leaf NAME has NAME.pem (itself) and, when it needs one, NAME.chain.pem (what lies between).
set -euo pipefail
cd "${1:?usage: mint.sh DIRECTORY}"

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" 2>/dev/null; }

# The extensions of every kind of certificate, one section each; chosen by name below.
cat > sections <<'END'
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[issuer]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[issuer_final]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[issuer_named]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
nameConstraints = critical, permitted;URI:prod.example.org
END
leaf_section() { # NAME SAN [LINE...]
    printf '[%s]\nbasicConstraints = critical, CA:FALSE\nsubjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid\n' "$1"
    [ -z "$2" ] || printf 'subjectAltName = %s\n' "$2"
    shift 2
    printf '%s\n' "$@"
}
usage='keyUsage = critical, digitalSignature'
purposes='extendedKeyUsage = clientAuth, serverAuth'
id='spiffe://prod.example.org/ns/payments/sa/api'
{
    leaf_section leaf "URI:$id, DNS:api.prod.example.org" "$usage" "$purposes"
    leaf_section plain "" "$usage" "$purposes"
    leaf_section server_only "URI:$id" "$usage" 'extendedKeyUsage = serverAuth'
    leaf_section two_uris "URI:$id, URI:spiffe://prod.example.org/admin" "$usage" "$purposes"
    leaf_section semicolon '@semicolon_names' "$usage" "$purposes"
    printf '[semicolon_names]\nURI.1 = %s;Hash=00\n' "$id"
    leaf_section comma '@comma_names' "$usage" "$purposes"
    printf '[comma_names]\nURI.1 = "%s,URI=spiffe://prod.example.org/admin"\n' "$id"
    leaf_section root_path "URI:spiffe://prod.example.org" "$usage" "$purposes"
    leaf_section https_uri "URI:https://prod.example.org/api" "$usage" "$purposes"
    leaf_section other_domain "URI:spiffe://other.example.org/api" "$usage" "$purposes"
    leaf_section staging "URI:spiffe://staging.example.org/api" "$usage" "$purposes"
    leaf_section bad_dns '@bad_names' "$usage" "$purposes"
    printf '[bad_names]\nURI.1 = %s\nDNS.1 = "a.example.org,b"\n' "$id"
    leaf_section no_usage "URI:$id" "$purposes"
    leaf_section encipherment "URI:$id" 'keyUsage = critical, keyAgreement' "$purposes"
    leaf_section crl_signer "URI:$id" 'keyUsage = critical, digitalSignature, cRLSign' "$purposes"
    leaf_section critical "URI:$id" "$usage" "$purposes" '1.2.3.4.5 = critical, ASN1:UTF8String:unknown'
    leaf_section unknown "URI:$id" "$usage" "$purposes" '1.2.3.4.5 = ASN1:UTF8String:unknown'
    leaf_section listener 'URI:spiffe://prod.example.org/writ, DNS:localhost, IP:127.0.0.1' "$usage" "$purposes"
    leaf_section listener_next 'URI:spiffe://prod.example.org/writ/next, DNS:localhost, IP:127.0.0.1' "$usage" "$purposes"
    leaf_section gateway 'URI:spiffe://prod.example.org/ns/edge/sa/gateway' "$usage" "$purposes"
    leaf_section batch 'URI:spiffe://prod.example.org/ns/batch/sa/job' "$usage" "$purposes"
    printf '[authority]\nbasicConstraints = critical, CA:TRUE\nkeyUsage = critical, digitalSignature, keyCertSign\nsubjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid\nsubjectAltName = URI:%s\n' "$id"
} >> sections

root() { # NAME SUBJECT
    key "$1"
    openssl req -new -x509 -key "$1.key" -subj "$2" -days 3650 -config /dev/null \
        -extensions root -config <(printf '[req]\ndistinguished_name=dn\n[dn]\n'; cat sections) -out "$1.pem"
}
serial=4096
sign() { # NAME SUBJECT SECTION ISSUER DAYS [OPTION...], with NAME.key there or not
    local name=$1 subject=$2 section=$3 issuer=$4 days=$5
    shift 5
    [ -f "$name.key" ] || key "$name"
    serial=$((serial + 1))
    openssl req -new -key "$name.key" -subj "$subject" -config <(printf '[req]\ndistinguished_name=dn\n[dn]\n') |
        openssl x509 -req -CA "$issuer.pem" -CAkey "$issuer.key" -set_serial "$serial" -days "$days" \
            -extfile sections -extensions "$section" "$@" -out "$name.pem" 2>/dev/null
}

root root '/CN=Root'
root other_root '/CN=Other Root'
root organization_root '/CN=Organizations'
sign issuer '/CN=Issuer' issuer root 1825
sign issuer_final '/CN=Final Issuer' issuer_final root 1825
sign issuer_under_final '/CN=Issuer Under Final' issuer issuer_final 1825
sign issuer_named '/CN=Named Issuer' issuer_named root 1825

subject='/O=Example/CN=api'
leaf() { # NAME SECTION [ISSUER [DAYS [OPTION...]]]
    local name=$1 section=$2 issuer=${3:-issuer} days=${4:-30}
    shift $(($# < 4 ? $# : 4))
    sign "$name" "$subject" "$section" "$issuer" "$days" "$@"
    case "$issuer" in
        root | other_root | organization_root) : > "$name.chain.pem" ;;
        issuer_under_final) cat issuer_under_final.pem issuer_final.pem > "$name.chain.pem" ;;
        *) cp "$issuer.pem" "$name.chain.pem" ;;
    esac
}
leaf good leaf
leaf direct leaf root
leaf short leaf issuer 1
for section in server_only two_uris semicolon comma root_path https_uri other_domain staging bad_dns \
    no_usage encipherment crl_signer critical unknown authority listener listener_next gateway batch; do
    leaf "$section" "$section"
done
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out weak_key.key 2>/dev/null
leaf weak_key leaf
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out strong_rsa.key 2>/dev/null
leaf strong_rsa leaf
leaf sha1 leaf issuer 30 -sha1
leaf stranger leaf other_root
leaf foreign_good other_domain other_root
leaf past_final leaf issuer_under_final
leaf named_inside leaf issuer_named
leaf named_outside other_domain issuer_named
leaf by_leaf leaf good
cat good.pem issuer.pem > by_leaf.chain.pem
leaf revoked leaf
subject='/C=DE/O=Partner GmbH/organizationIdentifier=PSDDE-BAFIN-123456/CN=partner'
leaf organization plain organization_root

# One that has expired, which `openssl x509` cannot make.
key expired
: > expired_index
printf '[ca]\ndefault_ca=it\n[it]\ndatabase=expired_index\nnew_certs_dir=.\nrand_serial=yes\ndefault_md=sha256\npolicy=any\n[any]\nO=optional\nCN=optional\n' > expired.cnf
openssl req -new -key expired.key -subj '/O=Example/CN=api' \
    -config <(printf '[req]\ndistinguished_name=dn\n[dn]\n') -out expired.csr
openssl ca -config expired.cnf -batch -notext -cert issuer.pem -keyfile issuer.key -in expired.csr \
    -startdate 20200101000000Z -enddate 20210101000000Z -extfile sections -extensions leaf \
    -out expired.pem 2>/dev/null
cp issuer.pem expired.chain.pem

cp good.pem missing_chain.pem
: > missing_chain.chain.pem
# One bit of the signature, which ends the certificate.
openssl x509 -in good.pem -outform DER -out good.der
size=$(stat -c %s good.der)
head -c $((size - 1)) good.der > bad_signature.der
tail -c 1 good.der | od -An -tu1 | awk '{printf "%c", 0}' > /dev/null
last=$(tail -c 1 good.der | od -An -tu1 | tr -d ' ')
printf "\\x$(printf %x $((last ^ 1)))" >> bad_signature.der
openssl x509 -inform DER -in bad_signature.der -out bad_signature.pem
cp good.chain.pem bad_signature.chain.pem

# A chain of nine: seven authorities between the root and the leaf.
previous=root
: > long.chain.pem
for number in 1 2 3 4 5 6 7; do
    sign "long$number" "/CN=Long $number" issuer "$previous" 1825
    cat "long$number.pem" long.chain.pem > swap
    mv swap long.chain.pem
    previous="long$number"
    if [ "$number" -eq 4 ]; then
        sign deep4 "$subject" leaf long4 30; cp long.chain.pem deep4.chain.pem
    elif [ "$number" -eq 5 ]; then
        sign deep5 "$subject" leaf long5 30; cp long.chain.pem deep5.chain.pem
    fi
done
sign long "$subject" leaf long7 30
cat root.pem >> long.chain.pem

# Revocation lists.
crl() { # FILE ISSUER LAST NEXT [REVOKED...]
    local file=$1 issuer=$2 last=$3 next=$4
    shift 4
    rm -f index
    : > index
    printf '[ca]\ndefault_ca=it\n[it]\ndatabase=index\ndefault_md=sha256\ncrl_extensions=list\n[list]\nauthorityKeyIdentifier=keyid\n' > ca.cnf
    local certificate
    for certificate in "$@"; do
        openssl ca -config ca.cnf -cert "$issuer.pem" -keyfile "$issuer.key" \
            -revoke "$certificate.pem" 2>/dev/null
    done
    openssl ca -config ca.cnf -cert "$issuer.pem" -keyfile "$issuer.key" -gencrl \
        -crl_lastupdate "$last" -crl_nextupdate "$next" -out "$file" 2>/dev/null
}
at() { date -u -d "$1" +%Y%m%d%H%M%SZ; }
moment=$(at '-1 hour')
later=$(at '-30 minutes')
week=$(at '+7 days')
month=$(at '+20 days')
crl issuer.crl issuer "$moment" "$week" revoked
crl issuer_clean.crl issuer "$moment" "$week"
crl issuer_old.crl issuer "$(at '-2 hours')" "$week"
crl issuer_newer.crl issuer "$later" "$week" revoked
crl root.crl root "$moment" "$month"
crl root_revoking.crl root "$moment" "$month" issuer
crl other_root.crl other_root "$moment" "$month"

# SPIFFE bundles.
x5c() { openssl x509 -in "$1.pem" -outform DER | base64 -w0; }
printf '{"keys":[{"kty":"EC","use":"x509-svid","crv":"P-256","x":"AA","y":"AA","x5c":["%s"]},{"kty":"EC","use":"jwt-svid","kid":"k","crv":"P-256","x":"AA","y":"AA"}],"spiffe_sequence":7,"spiffe_refresh_hint":60}' "$(x5c root)" > bundle7.json
printf '{"keys":[{"kty":"EC","use":"x509-svid","x5c":["%s"]}],"spiffe_sequence":8}' "$(x5c other_root)" > bundle8.json

# Two tokens for `identity-gate`, with the keys that verify them, and one as plain libcrypto takes it.
url() { base64 -w0 | tr '+/' '-_' | tr -d '='; }
bytes() { printf '%b' "$(sed 's/../\\x&/g')"; }
claims='{"iss":"https://issuer.example.org","sub":"alice","aud":"https://api.example.org","exp":1800000600,"iat":1800000000,"jti":"0d4c2f6e-3a1b-4c53-9a0b-5f7d9c1e2b3a","client_id":"app","scope":"accounts payments","acr":"gold","amr":["pwd","otp"],"device_id":"d-9"}'
signed() { printf '%s.%s' "$(printf '{"alg":"%s","kid":"%s","typ":"at+jwt"}' "$1" "$1" | url)" "$(printf '%s' "$claims" | url)"; }
key token_ec
openssl pkey -in token_ec.key -pubout -outform DER -out token_ec.spki
signed ES256 > token_ec.signed
openssl pkeyutl -sign -inkey token_ec.key -rawin -digest sha256 -in token_ec.signed -out token_ec.sig
numbers=$(openssl asn1parse -inform DER -in token_ec.sig | sed -n 's/.*INTEGER *://p' |
    while read -r number; do printf '%64s' "$number" | tr ' ' 0; done)
printf '%s.%s' "$(cat token_ec.signed)" "$(printf '%s' "$numbers" | bytes | url)" > token_ec.jwt
signed RS256 > token_rsa.signed
openssl pkeyutl -sign -inkey strong_rsa.key -rawin -digest sha256 -in token_rsa.signed -out token_rsa.sig
printf '%s.%s' "$(cat token_rsa.signed)" "$(url < token_rsa.sig)" > token_rsa.jwt
openssl pkey -in strong_rsa.key -pubout -outform DER -out token_rsa.spki
printf '{"keys":[{"kty":"EC","crv":"P-256","kid":"ES256","x":"%s","y":"%s"},{"kty":"RSA","kid":"RS256","n":"%s","e":"AQAB"}]}' \
    "$(tail -c 64 token_ec.spki | head -c 32 | url)" "$(tail -c 32 token_ec.spki | url)" \
    "$(openssl rsa -in strong_rsa.key -noout -modulus 2>/dev/null | sed 's/Modulus=//' | bytes | url)" > token.jwks
