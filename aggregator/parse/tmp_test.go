package parse
import ("testing";"math/rand/v2";"time";"fmt";"bytes")
func TestTmpMutate(t *testing.T){
 fx:=fixtures(t)
 p:=New(Options{MaxEntries:50,MaxDepth:40})
 r:=rand.New(rand.NewPCG(1,2))
 n:=0
 for end:=time.Now().Add(8*time.Second); time.Now().Before(end); n++{
  b:=bytes.Clone(fx[r.IntN(len(fx))].body)
  for range 1+r.IntN(12){
   i:=r.IntN(len(b)); 
   switch r.IntN(5){
   case 0: b[i]=byte(r.IntN(256))
   case 1: b=append(b[:i],b[min(len(b),i+r.IntN(20)):]...)
   case 2: j:=r.IntN(len(b)); k:=min(len(b),j+r.IntN(60)); b=append(b[:i:i],append(bytes.Clone(b[j:k]),b[i:]...)...)
   case 3: b[i]="<>&\"'/![]-?= "[r.IntN(13)]
   case 4: b=b[:i]
   }
   if len(b)==0 {b=[]byte("<")}
  }
  s:=time.Now()
  d,err:=p.Parse(b,"","https://wire.example/f")
  if el:=time.Since(s); el>300*time.Millisecond { fmt.Println("SLOW",el); t.Logf("%q",b)}
  if err!=nil { if k:=kindOf(t,err); k=="internal"||k=="malformed" { fmt.Println(err) } } 
  _ = d
 }
 fmt.Println(n)
}
