import json

from django.http import HttpResponse, JsonResponse

from .models import Note


def healthz(request):
    """Asks no database: while none answers, pages that need none go on."""
    return HttpResponse("ok")


def notes(request):
    if request.method == "POST":
        text = str(json.loads(request.body).get("text", ""))[:500]
        note = Note.objects.create(text=text)
        return JsonResponse({"id": note.id, "text": note.text}, status=201)
    newest = Note.objects.using("replica").order_by("-id").values("id", "text")[:20]
    return JsonResponse(list(newest), safe=False)
